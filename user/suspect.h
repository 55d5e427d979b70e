/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who somebody that selectors describe would be to the hooks, on this machine, now. */
#pragma once

#include "fate.h"

struct compiled;
struct policy;
struct selectors;

struct suspect_ask {
	const struct policy *policy;
	const struct compiled
		*compiled; /* of it: nobody in particular is a user whom no rule names */
	const struct selectors *who; /* settled; at most one user, one program, one place */
	const char *fence; /* cgroup directory that the fence is attached to, or would be */
};

#define SUSPECT_TEXT 1024

struct suspect {
	struct fate_subject is;
	char text
		[SUSPECT_TEXT]; /* "user alice (1000), program /usr/bin/php": inert; "" nobody in particular */
};

/*
 * What is not described is what no rule names: another user, another program, the root of the tree. Without `group`
 * the user has the groups of the user database; a program within a container is looked for there. 0 or -errno, said:
 * -ENOENT what is described is not here.
 */
int suspect_find(const struct suspect_ask *ask, struct suspect *out);
