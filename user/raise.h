/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arms the fence with a policy, and changes what it is armed with; writes down what was asked. */
#pragma once

#include <stdbool.h>

struct compiled;
struct exemptions;
struct policy;

/* What is worked out before anything is touched. Nothing is owned by who is shown it. */
struct raise_works {
	const struct policy *policy;
	const struct compiled *compiled;
	const char *cgroup_mount; /* of the v2 tree */
	const char *cgroup; /* directory to fence */
	const char *hash; /* of the policy, hex */
};

struct raise {
	const char *cgroup; /* directory; NULL: the root of the v2 tree */
	const char *state; /* NULL: STATE_DIR */
	bool audit; /* asked with --audit: reading the file again keeps it */
	int (*before)(
		const struct raise_works *w, void *arg); /* stops at non-zero; NULL: not asked */
	void *arg;
};

/*
 * All of these take the lock of changes, read the exemptions (exemption.h) and put the policy and them in force
 * together, without a gap. 0 or -errno, said; then each hook is as before, or half way and enforcing. -EBUSY: another
 * change is under way.
 */

/* What `up` does. */
int raise_fence(const struct policy *p, const struct raise *r);

/* The policy asked for, as kept, with exemptions and machine as they are now. -ENOENT, said: no fence is up. */
int raise_again(const char *state);

/* The policy's files read again (SIGHUP); a bad one changes nothing. */
int raise_reload(const char *state);

/*
 * Changes the exemptions, then as raise_again(). `change` returns 0 to go on, else its result is returned and nothing has changed;
 * when arming fails, exemptions are what they were.
 */
int raise_change(const char *state, int (*change)(struct exemptions *all, void *arg), void *arg);

/* What was asked before an unconfirmed change (state_keep()), or no fence at all. */
int raise_back(const char *state);

/* Takes the fence down. *there: whether there was one. */
int raise_down(const char *state, bool *there);
