/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the fence stands: what was asked, what the kernel holds, what was counted. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "counts.h"
#include "exemption.h"
#include "state.h"

struct standing {
	struct state *asked; /* NULL: nothing was asked, or its file is gone. Owned */
	bool armed; /* there is a whole fence in the kernel, and it judges */
	bool torn; /* some of the fence's pins are gone: only `down`, then `up` mends it */
	struct guard_look look; /* when there is one */
	struct counts counts;
	struct exemptions exempt; /* with those that have ended; of a fence that was asked for */
	bool on_trial; /* the change goes back unless it is confirmed */
	bool waited_for; /* somebody waits to take it back */
	uint64_t trial_left_s;
	pid_t follower; /* smtpfenced; 0: none runs */
	uint64_t now_ns; /* wall clock of the look */
	char cause[STATE_WHY]; /* one line why it is not as asked; "": it is, or nothing is there */
};

/* Looks at the fence whose state is in `dir`. 0 (also when there is none) or -errno, said. */
int standing_look(const char *dir, struct standing *out);
void standing_clear(struct standing *s);

/* Everything asked for is in force, enforcement or audit; a pause is no less than that. */
bool standing_as_asked(const struct standing *s);

/* It stops what the policy stops: as asked, in enforce, by a policy that blocks something, not paused. */
bool standing_enforces(const struct standing *s);
