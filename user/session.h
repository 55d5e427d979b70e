/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The root side of a run: a fence around one command until its last process ends, then the report. */
#pragma once

#include <sys/types.h>

struct invoker;
struct plan;

/* Who is at the other end of the wire. */
struct session_front {
	int wire;
	pid_t pid;
	uid_t uid;
};

/*
 * From the front's HELLO to DONE or FAILED. Messages and the report go to the descriptor that the front
 * sends, never to our own. Outlives a front that was killed: the fence stands while it holds someone.
 * 0 or -errno.
 */
int session_run(const struct session_front *f, const struct plan *p, const struct invoker *who);
