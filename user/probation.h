/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A change that goes back unless it is confirmed, as it is written down. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct probation {
	uint64_t until_ns; /* boot clock */
	pid_t pid; /* of who waits; 0: nobody does any more */
};

/* `confirm.json` in `dir`: we wait until then. Written whole, by rename, 0600. 0 or -errno. */
int probation_write(const char *dir, uint64_t until_ns);

/* 0, -ENOENT silent when no change is on trial, -errno said. */
int probation_look(const char *dir, struct probation *out);
int probation_remove(const char *dir); /* 0 also when there is none; -errno, said */

uint64_t probation_now(void); /* boot clock, ns */
