/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One window of a limit: how many connections, to which targets, since when. */
#pragma once

#include "maps.h"

/*
 * Unrolled and without branches: without CAP_PERFMON no pointer may be added to in a loop, and each branch is
 * followed twice. The barriers keep the compiler from seeing through it, and from doing all steps at once.
 */
static __always_inline bool limit_knows(const struct limit_value *l, const __u32 to[4], __u32 n)
{
	__u64 differs, known = 0;

#pragma GCC unroll 64
	for (__u32 i = 0; i < FENCE_LIMIT_TARGETS; i++) {
		differs = (l->target[i][0] ^ to[0]) | (l->target[i][1] ^ to[1]) |
			  (l->target[i][2] ^ to[2]) | (l->target[i][3] ^ to[3]);
		barrier_var(differs);
		barrier_var(n);
		/* Bit 63: equal, and in use. */
		known |= ~(differs | -differs) & ((__u64)i - n);
		barrier_var(known);
	}
	return known >> 63;
}

/* Under the lock: nothing may be called. */
static __always_inline bool limit_count(
	struct limit_value *l, const struct fence_term *term, const __u32 to[4], __u64 now)
{
	__u32 n, (*slot)[4] = l->target;
	__u64 at;

	/* Another CPU may have opened the window after we looked at the clock. */
	if (!l->start_ns || (__s64)(now - l->start_ns) >= (__s64)term->window_ns) {
		l->start_ns = now;
		l->used = l->targets = 0;
	}
	if (term->most && l->used >= term->most)
		return false;
	n = *(volatile __u32 *)&l->targets; /* any number, also to the verifier */
	if (term->most_to && !limit_knows(l, to, n)) {
		if (n >= term->most_to || n >= FENCE_LIMIT_TARGETS)
			return false;
		l->targets = n + 1;
		at = n;
		barrier_var(at); /* the mask must stay */
		barrier_var(slot); /* and the lock not come into the range of where this may be */
		__builtin_memcpy(slot[at & (FENCE_LIMIT_TARGETS - 1)], to, 16);
	}
	l->used++;
	return true;
}
