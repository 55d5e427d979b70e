/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `up`: tells what it will do, does it, tells what it did. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct policy;

struct herald {
	const char *cgroup, *state; /* as struct raise has them */
	bool audit;
	uint64_t confirm_s; /* to be confirmed within; 0: not asked */
	bool quiet;
	bool json; /* one object when it is armed, nothing before */
};

/*
 * Arms. A change that is not confirmed in time is taken back (confirm.h); one without `confirm_s` needs no
 * confirmation, nor does what waited for one. 0 or -errno, said. `to`: for people.
 */
int herald_up(const struct policy *p, const struct herald *h, FILE *to);
