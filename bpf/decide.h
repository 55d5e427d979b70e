/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The decision, pure: no map, no helper. Compiled for the kernel and for the unit tests alike. */
#pragma once

#include "question.h"

struct answer {
	__u8 verdict;
	__u8 action;
	__u8 reason;
	__u8 err; /* positive errno when it is denied at connect() */
	__u16 rule; /* fence_term.number; FENCE_NO_RULE when none decided */
	__u16 term; /* its bit; FENCE_NO_RULE */
};

/*
 * The mode is the last turn of the decision: whatever is not allowed is denied or sent elsewhere, or only
 * noted. Of a limit, a token is taken later, once it is known which of two places decides.
 */
static inline void decide_mode(struct answer *a, bool enforce, bool relay)
{
	bool elsewhere = a->action == ACTION_REDIRECT || a->action == ACTION_ANSWER;

	a->verdict = VERDICT_ALLOWED;
	if (a->action == ACTION_ALLOW || a->action == ACTION_LIMIT)
		return;
	if (elsewhere && !relay)
		a->reason = REASON_NO_RELAY;
	if (!enforce)
		a->verdict = VERDICT_AUDITED;
	else if (!elsewhere || !relay)
		a->verdict = VERDICT_DENIED;
	else
		a->verdict = a->action == ACTION_ANSWER ? VERDICT_ANSWERED : VERDICT_REDIRECTED;
}

/* What holds when terms cannot be asked, or the mark cannot be set: blocked ports stay blocked. */
static inline void decide_failsafe(
	struct answer *a, bool blocked, __u8 reason, const volatile struct fence_settings *s)
{
	a->action = blocked ? ACTION_BLOCK : ACTION_ALLOW;
	a->err = s->default_errno;
	a->reason = reason;
	a->rule = a->term = FENCE_NO_RULE;
	decide_mode(a, s->enforce, false);
}

static inline bool decide_relay(const struct question *q, const struct fence_term *term)
{
	return (term->relay.port4 && q->relays & RELAY_IP4) ||
	       (term->relay.port6 && q->relays & RELAY_IP6);
}

/* `term` is what decide_rule() found and decide_passes() does not pass over, a->term its bit; NULL for none. */
static inline void decide(struct answer *a, const struct question *q, const struct fence_term *term,
	const volatile struct fence_settings *s)
{
	bool enforce = s->enforce, relay = false;

	a->err = s->default_errno;
	a->action = ACTION_ALLOW;
	a->rule = FENCE_NO_RULE;
	if (term) {
		a->action = term->action;
		a->err = term->err;
		a->rule = term->number;
		a->reason = term->number >= FENCE_EXEMPTION ? REASON_EXEMPTION : REASON_RULE;
		enforce = enforce && !term->audit;
		relay = decide_relay(q, term);
	} else if (!q->in_scope) {
		a->reason = REASON_SCOPE;
	} else if (!q->blocked) {
		a->reason = REASON_OPEN;
	} else {
		a->action = s->default_action;
		a->reason = REASON_DEFAULT;
	}
	decide_mode(a, enforce, relay);
}

/* A limit that is reached, or that cannot be counted (`term` NULL: not even found). */
static inline void decide_over(
	struct answer *a, const struct fence_term *term, const volatile struct fence_settings *s)
{
	a->reason = REASON_LIMIT;
	a->verdict = s->enforce && !(term && term->audit) ? VERDICT_DENIED : VERDICT_AUDITED;
}

/* Strictness in effect: drop > block > answer > redirect > limit > audited > allow; then what was asked. */
static inline __u32 decide_rank(__u8 verdict, __u8 action)
{
	switch (verdict) {
	case VERDICT_DENIED:
		return 48 | action; /* of what is denied, drop is the largest action */
	case VERDICT_ANSWERED:
		return 40;
	case VERDICT_REDIRECTED:
		return 32;
	case VERDICT_AUDITED:
		return 8 | action;
	}
	return action == ACTION_LIMIT ? 16 : 0;
}

static inline bool stricter(const struct answer *a, const struct answer *b)
{
	return decide_rank(a->verdict, a->action) > decide_rank(b->verdict, b->action);
}
