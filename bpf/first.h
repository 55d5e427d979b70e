/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The first term that matches: the lowest bit of the AND of the sets. Pure but for first_gids(), which whoever
 * includes this has: in the kernel each element of an array is a look-up of its own.
 */
#pragma once

#include "bits.h"
#include "question.h"

#define DECIDE_TRIES 64 /* terms that have expired; after as many, all exemptions are passed over */
#define DECIDE_TURNS (DECIDE_TRIES + 65) /* and one term of each tenant's layer, 64 at most */

/* Word number i of all the sets VECTOR_GID + N together, N the bits of `gids`. */
static inline __u64 first_gids(const struct question *q, __u32 i);

/* A term that names one of the groups, or none; strict ones also where there may be more groups. */
static inline __u64 first_gid(const struct question *q, __u32 i)
{
	__u64 unknown = -(__u64)q->gids_unknown; /* all bits or none */

	return first_gids(q, i) | q->gid_other->word[i] | (q->gid_unknown->word[i] & unknown);
}

/*
 * Its number, from bit `from` on, or FENCE_NO_RULE. What is not strict needs the real and the effective user
 * to match, what is strict either.
 */
static inline __u32 decide_rule(const struct question *q, __u32 words, __u32 from)
{
	__u64 scope = -(__u64)q->in_scope;

	/* Unrolled: as loop variables all these pointers would need more stack than there is. */
#pragma GCC unroll 32
	for (__u32 i = 0; i < FENCE_WORDS && i < words; i++) {
		__u64 w = q->to->word[i] | (q->to_any->word[i] & scope);
		__u64 real = q->uid->word[i], effective = q->euid->word[i];

		w &= q->port->word[i] & q->exe->word[i] & q->cgroup->word[i] & bits_from(i, from);
		w &= (real & effective) | ((real | effective) & q->strict->word[i]);
		if (w && q->by_gid)
			w &= first_gid(q, i);
		if (w)
			return i * 64 + lowest_bit(w);
	}
	return FENCE_NO_RULE;
}

/* The bit to go on at when term n is passed over, as `turn` others were before it. */
static inline __u32 decide_next(
	const struct fence_term *term, __u32 n, __u32 turn, const volatile struct fence_settings *s)
{
	if (term->pass)
		return term->next > n ? term->next : n + 1;
	if (turn + 1 >= DECIDE_TRIES && s->rules_at > n)
		return s->rules_at;
	return n + 1;
}

/* `now_ns`, boot clock, is not read for a term that never expires. */
static inline bool decide_passes(const struct fence_term *term, __u64 now_ns)
{
	return term->pass || (term->until_ns && now_ns >= term->until_ns);
}
