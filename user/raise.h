/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arms a host with a policy: tells what it will do, does it, writes down what was asked. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct policy;

struct raise {
	const char *cgroup; /* directory; NULL: the root of the v2 tree */
	const char *state; /* NULL: STATE_DIR, and policies in ARCHIVE_DIR */
	bool quiet;
	bool json; /* one object when it is armed, nothing before */
};

/* 0 or -errno, said. `to`: for people. */
int raise_fence(const struct policy *p, const struct raise *r, FILE *to);
