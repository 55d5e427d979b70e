/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The look-ups of one attempt put to decide(). */
#pragma once

#include "first.h"
#include "trial.h"

static inline __u64 first_gids(const struct question *q, __u32 i)
{
	return groups_word(q->gids, i);
}

static __always_inline const struct fence_vector *trial_vector(__u32 index)
{
	return bpf_map_lookup_elem(&fence_vectors, &index);
}

_Static_assert(DECIDE_TURNS == 129, "trial_judge() is unrolled as often");

/* What judge_term() says besides a bit or FENCE_NO_RULE. */
#define JUDGE_ON 0x10000 /* with the bit to go on at */
#define JUDGE_MISS 0x20000 /* a look-up failed */

/*
 * The first term from bit `from` on that matches, if it is not passed over as `turn` others were. Global, so
 * that the verifier sees it once, for any values, and takes its result for any: without CAP_PERFMON it would
 * follow each of 2,048 terms to the end.
 */
__noinline int judge_term(const struct query *key, __u32 from, __u32 turn)
{
	const struct fence_term *term;
	struct question q = {};
	__u32 n;

	if (!key)
		return JUDGE_MISS;
	q.port = trial_vector(VECTOR_PORT + key->slot);
	q.to = trial_vector(key->to);
	q.to_any = trial_vector(key->any);
	q.uid = trial_vector(key->uid);
	q.euid = trial_vector(key->euid);
	q.exe = trial_vector(key->exe);
	q.cgroup = trial_vector(key->cgroup);
	q.strict = trial_vector(VECTOR_STRICT);
	if (!q.port || !q.to || !q.to_any || !q.uid || !q.euid || !q.exe || !q.cgroup || !q.strict)
		return JUDGE_MISS;
	q.by_gid = settings.has_gid;
	if (settings.has_gid) {
		q.gid_other = trial_vector(VECTOR_GID_OTHER);
		q.gid_unknown = trial_vector(VECTOR_GID_UNKNOWN);
		if (!q.gid_other || !q.gid_unknown)
			return JUDGE_MISS;
		q.gids = key->groups;
		q.gids_unknown =
			key->groups_unknown & 1; /* no branch, of which both ways are followed */
	}
	q.in_scope = key->in_scope & 1;
	n = decide_rule(&q, settings.words, from);
	if (n == FENCE_NO_RULE)
		return n;
	term = bpf_map_lookup_elem(&fence_terms, &n);
	if (!term)
		return JUDGE_MISS;
	if (!decide_passes(term, term->until_ns ? bpf_ktime_get_boot_ns() : 0))
		return n;
	return JUDGE_ON | decide_next(term, n, turn, &settings);
}

/* No side effects. Global for the same reason. */
__noinline int trial_judge(const struct query *key, struct answer *a)
{
	const struct fence_term *term;
	struct question q = {};
	__u32 n = JUDGE_ON;

	if (!key || !a)
		return 0;
		/* Unrolled, as in packet_walk(). */
#pragma GCC unroll 129
	for (__u32 turn = 0; turn < DECIDE_TURNS; turn++) {
		n = judge_term(key, n & 0xffff, turn);
		if (!(n & JUDGE_ON))
			break;
	}
	q.in_scope = key->in_scope;
	q.blocked = key->blocked;
	q.relays = key->relays;
	term = bpf_map_lookup_elem(&fence_terms, &n);
	if (!term && n != FENCE_NO_RULE) {
		decide_failsafe(a, key->blocked, REASON_MISS, &settings);
		return 0;
	}
	a->term = n;
	decide(a, &q, term, &settings);
	return 0;
}

/* The answer for one place; too deep, it is blocked where the port is, elsewhere judged as any that is unknown. */
static __always_inline void trial_at(struct trial *t, const struct place *p, struct answer *a)
{
	t->q.cgroup = p->class;
	if (p->deep && t->q.in_scope && t->q.blocked)
		decide_failsafe(a, true, REASON_DEPTH, &settings);
	else
		trial_judge(&t->q, a);
}
