/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The look-ups of one attempt put to decide(). */
#pragma once

#include "trial.h"

static __always_inline const struct fence_vector *trial_vector(__u32 index)
{
	return bpf_map_lookup_elem(&fence_vectors, &index);
}

/*
 * The first rule that matches, FENCE_NO_RULE, or -1 when a look-up fails. Global, so that the verifier
 * sees it once, for any values, and takes its result for any: without CAP_PERFMON it would follow each
 * of 1,024 rules to the end.
 */
__noinline int judge_rule(const struct query *key)
{
	struct question q = {};

	if (!key)
		return -1;
	q.port = trial_vector(VECTOR_PORT + key->slot);
	q.to = trial_vector(key->to);
	q.to_any = trial_vector(VECTOR_TO_ANY);
	q.uid = trial_vector(key->uid);
	q.euid = trial_vector(key->euid);
	q.exe = trial_vector(key->exe);
	q.cgroup = trial_vector(key->cgroup);
	q.strict = trial_vector(VECTOR_STRICT);
	if (!q.port || !q.to || !q.to_any || !q.uid || !q.euid || !q.exe || !q.cgroup || !q.strict)
		return -1;
	q.in_scope = key->in_scope;
	return decide_rule(&q, settings.words);
}

/* No side effects. Global for the same reason. */
__noinline int trial_judge(const struct query *key, struct answer *a)
{
	struct question q = {};
	struct fence_rule *rule = NULL;
	__u32 n;

	if (!key || !a)
		return 0;
	q.in_scope = key->in_scope;
	q.blocked = key->blocked;
	n = judge_rule(key);
	a->rule = n;
	if (n != FENCE_NO_RULE) {
		rule = bpf_map_lookup_elem(&fence_rules, &n);
		if (!rule) {
			decide_failsafe(a, key->blocked, REASON_MISS, &settings);
			return 0;
		}
	}
	decide(a, &q, rule, &settings);
	return 0;
}

/* The answer for one place; what is too deep to be judged is blocked where the port is. */
static __always_inline void trial_at(struct trial *t, const struct place *p, struct answer *a)
{
	t->q.cgroup = p->class;
	if (p->deep && t->q.in_scope)
		decide_failsafe(a, t->q.blocked, REASON_DEPTH, &settings);
	else
		trial_judge(&t->q, a);
}
