/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The decision, pure: no map, no helper. Compiled for the kernel and for the unit tests alike. */
#pragma once

#include <stdbool.h>

#include "bits.h"
#include "fence.h"

/* The sets of rules compatible with each value of one attempt. */
struct question {
	const struct fence_vector *port;
	const struct fence_vector *to; /* rules that name the target */
	const struct fence_vector *to_any; /* rules without `to:`, asked only in scope */
	const struct fence_vector *uid;
	const struct fence_vector *euid;
	const struct fence_vector *exe;
	const struct fence_vector *cgroup;
	const struct fence_vector *strict;
	bool in_scope; /* the target's class is one the profile speaks of */
	bool blocked; /* the port is one the profile blocks */
};

struct answer {
	__u8 verdict;
	__u8 action;
	__u8 reason;
	__u8 err; /* positive errno for a block */
	__u16 rule; /* FENCE_NO_RULE when none decided */
};

/*
 * Index of the first rule that matches, FENCE_NO_RULE when none does. An allow by user needs the real
 * and the effective uid to match, anything stricter either.
 */
static inline __u32 decide_rule(const struct question *q, __u32 words)
{
	__u64 scope = -(__u64)q->in_scope; /* all bits or none */

	for (__u32 i = 0; i < FENCE_WORDS && i < words; i++) {
		__u64 w = q->to->word[i] | (q->to_any->word[i] & scope);
		__u64 real = q->uid->word[i], effective = q->euid->word[i];

		w &= q->port->word[i] & q->exe->word[i] & q->cgroup->word[i];
		w &= (real & effective) | ((real | effective) & q->strict->word[i]);
		if (w)
			return i * 64 + lowest_bit(w);
	}
	return FENCE_NO_RULE;
}

/* The mode is the last turn of the decision: whatever is not allowed is denied, or only noted. */
static inline void decide_mode(struct answer *a, bool enforce)
{
	if (a->action == ACTION_ALLOW)
		a->verdict = VERDICT_ALLOWED;
	else
		a->verdict = enforce ? VERDICT_DENIED : VERDICT_AUDITED;
}

/* What holds when rules cannot be asked, or the mark cannot be set: blocked ports stay blocked. */
static inline void decide_failsafe(
	struct answer *a, bool blocked, __u8 reason, const volatile struct fence_settings *s)
{
	a->action = blocked ? ACTION_BLOCK : ACTION_ALLOW;
	a->err = s->default_errno;
	a->reason = reason;
	a->rule = FENCE_NO_RULE;
	decide_mode(a, s->enforce);
}

/* `rule` is what decide_rule() found, NULL for none. */
static inline void decide(struct answer *a, const struct question *q, const struct fence_rule *rule,
	const volatile struct fence_settings *s)
{
	bool enforce = s->enforce;

	a->err = s->default_errno;
	a->action = ACTION_ALLOW;
	if (rule) {
		a->action = rule->action;
		a->err = rule->err;
		a->reason = REASON_RULE;
		enforce = enforce && !rule->audit;
	} else if (!q->in_scope) {
		a->reason = REASON_SCOPE;
	} else if (!q->blocked) {
		a->reason = REASON_OPEN;
	} else {
		a->action = s->default_action;
		a->reason = REASON_DEFAULT;
	}
	decide_mode(a, enforce);
}

/* Stricter in effect, then in what was asked: drop > block > allow. */
static inline bool stricter(const struct answer *a, const struct answer *b)
{
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	return a->action > b->action;
}
