/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Brings the root side of a run to life: as our child when we are root, through sudo when not. */
#pragma once

#include <sys/types.h>

struct invoker;
struct plan;

struct helper {
	int wire; /* to its session */
	pid_t child; /* to be collected; 0: sudo's business */
};

/*
 * `argv` is our own command line, verb first, without program name: through sudo the same options are
 * given again. -EPERM, said with what to type, when sudo is missing or refuses; -errno, said.
 */
int helper_start(
	const struct plan *p, const struct invoker *who, char *const argv[], struct helper *out);
void helper_end(struct helper *h); /* closes and collects; NULL-safe fields: -1 and 0 */

/*
 * The other end, in the process that sudo started: finds the front listening under `name`, makes sure
 * that it is of the user who called sudo, and serves it. 0 or -errno, said.
 */
int helper_serve(const char *name, const struct plan *p, const struct invoker *who);
