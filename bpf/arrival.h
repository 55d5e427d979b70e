/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a socket whose connect() was sent elsewhere is there: for its packets, and for getpeername(). */
#pragma once

#include "detour.h"

static __always_inline bool arrival_at(const struct fence_detour *d, const struct target *to)
{
	return d->sent_port == to->port && d->sent_family == to->family &&
	       target_same(d->sent, to->addr);
}

/*
 * A packet cannot be sent elsewhere. But one that goes where the term would send it is there, as is what a
 * subflow of MPTCP sends, which knows nothing of the mark. Global as trial_judge() is.
 */
__noinline int arrival_settle(struct trial *t)
{
	const struct fence_term *term;
	struct target sent = {};
	__u32 bit;

	if (!t)
		return 0;
	bit = t->a.term;
	term = bpf_map_lookup_elem(&fence_terms, &bit);
	if (!term)
		return 0;
	detour_find(&sent, term, t->to.family);
	if (sent.port != t->to.port || sent.family != t->to.family ||
		!target_same(sent.addr, t->to.addr))
		return 0;
	t->a.reason = REASON_RULE;
	if (t->a.verdict == VERDICT_DENIED)
		t->a.verdict = t->a.action == ACTION_ANSWER ? VERDICT_ANSWERED : VERDICT_REDIRECTED;
	return 1;
}

/* Whether a packet of a socket that was sent elsewhere goes there. */
static __always_inline bool arrival_leads(struct bpf_sock *sk, const struct target *to)
{
	struct fence_detour *d = bpf_sk_storage_get(&fence_detour, sk, NULL, 0);

	return d && arrival_at(d, to);
}

/*
 * What getpeername() is to show. A socket that has been connected to another place since, behind our back or
 * to a port that is not watched, shows that.
 */
static __always_inline const struct fence_detour *arrival_hidden(
	struct bpf_sock_addr *ctx, struct target *peer, bool v6)
{
	const struct fence_detour *d;

	if (!ctx->sk)
		return NULL;
	d = bpf_sk_storage_get(&fence_detour, ctx->sk, NULL, 0);
	if (!d || !d->transparent)
		return NULL;
	peer->port = bpf_ntohs(ctx->user_port);
	target_settle(peer, v6);
	return arrival_at(d, peer) ? d : NULL;
}
