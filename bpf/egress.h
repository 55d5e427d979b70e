/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt as a packet of a local socket: raw sockets, NAT, rewritten ports, the silence of drop. */
#pragma once

#include "account.h"
#include "arrival.h"
#include "filter.h"
#include "judge.h"
#include "limit.h"

enum {
	EGRESS_DROP,
	EGRESS_PASS,
};

static __always_inline void egress_ask(
	struct trial *t, struct __sk_buff *skb, const struct fence_mark *m)
{
	if (m)
		who_from_mark(&t->who, m);
	else
		who_unknown(&t->who);
	place_packet(skb, &t->place);
	trial_look(t);
	trial_at(t, &t->place, &t->a);
	if (settings.has_detour && t->a.reason == REASON_NO_RELAY)
		arrival_settle(t);
}

/* What shows neither port nor flags is judged as if it went to the ports that are blocked. */
static __always_inline void egress_hidden(struct trial *t)
{
	t->q.in_scope = in_scope(t->to.class, t->to.family == FENCE_AF_INET6);
	decide_failsafe(&t->a, t->q.in_scope && (!t->to.port || t->q.blocked),
		t->found == PACKET_DEEP ? REASON_HEADERS : REASON_FRAGMENT, &settings);
}

/*
 * Remembers the verdict on a TCP socket, so that a retransmission is no new attempt. Where that is refused,
 * nothing can be limited.
 */
static __always_inline bool egress_mark(struct trial *t, struct bpf_sock *sk)
{
	struct fence_mark *m;

	m = bpf_sk_storage_get(&fence_mark, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!m) {
		if (t->a.action == ACTION_LIMIT && t->a.verdict == VERDICT_ALLOWED)
			decide_failsafe(&t->a, true, REASON_NO_MARK, &settings);
		return false;
	}
	limit_ask(t);
	mark_leave(m, sk);
	mark_fill(m, t);
	if (t->a.verdict != VERDICT_ALLOWED)
		m->action = ACTION_DROP;
	return true;
}

static __always_inline int egress_settle(struct trial *t, struct bpf_sock *sk)
{
	bool stream = sk && sk->type == SOCK_STREAM && sk->protocol == IPPROTO_TCP;

	t->raw = !stream;
	t->sequence = tell_sequence();
	if (!stream)
		limit_ask(t);
	else if (!egress_mark(t, sk) && t->a.verdict != VERDICT_DENIED)
		return EGRESS_PASS; /* counted at connect(), where the mark was refused too */
	if (t->a.reason == REASON_SCOPE && !settings.tell_all) {
		tell_count(SLOT_QUIET);
		return EGRESS_PASS;
	}
	/* A raw socket's send() fails with EPERM; a TCP socket's connect() goes on waiting. */
	t->a.err = stream ? 0 : 1;
	trial_tell(t);
	return t->a.verdict == VERDICT_DENIED ? EGRESS_DROP : EGRESS_PASS;
}

/* A packet of the attempt that was judged before. */
static __always_inline bool egress_known(
	const struct fence_mark *m, struct bpf_sock *sk, const struct target *to)
{
	return mark_detoured(m) ? arrival_leads(sk, to) : mark_is_for(m, to);
}

static __always_inline int egress_judge(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct fence_mark *m = NULL;
	struct trial t = {};

	if (!filter_find(skb, &t))
		return EGRESS_PASS;
	t.hook = HOOK_EGRESS;
	t.ifindex = skb->ifindex;
	if (sk)
		sk = bpf_sk_fullsock(sk);
	if (sk)
		m = bpf_sk_storage_get(&fence_mark, sk, NULL, 0);
	/* Nothing at all leaves a socket whose attempt was denied, wherever NAT or a route sends it. */
	if (m && m->attempt && m->verdict == VERDICT_DENIED)
		return EGRESS_DROP;
	if (m && m->attempt && egress_known(m, sk, &t.to))
		return EGRESS_PASS;
	/* What stays here is judged at connect(), if at all. */
	if (skb->ifindex == LOOPBACK_IFINDEX || (t.found == PACKET_TCP && !t.opens))
		return EGRESS_PASS;
	egress_ask(&t, skb, m);
	if (t.found != PACKET_TCP)
		egress_hidden(&t);
	if (m && m->attempt) {
		if (decide_rank(t.a.verdict, t.a.action) <= decide_rank(m->verdict, m->action))
			return EGRESS_PASS;
		t.a.reason = REASON_REWRITTEN;
	}
	if (t.a.verdict != VERDICT_DENIED && t.found != PACKET_TCP)
		return EGRESS_PASS;
	return egress_settle(&t, sk);
}
