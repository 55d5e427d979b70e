/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt as a packet of a local socket: raw sockets, NAT, rewritten ports, the silence of drop. */
#pragma once

#include "account.h"
#include "judge.h"
#include "mark.h"
#include "filter.h"

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
}

/* What shows neither port nor flags is judged as if it went to the ports that are blocked. */
static __always_inline void egress_hidden(struct trial *t, const struct packet *p)
{
	t->q.in_scope = settings.scope >> t->to.class & 1;
	decide_failsafe(&t->a, t->q.in_scope && (!p->dport || t->q.blocked),
		p->found == PACKET_DEEP ? REASON_HEADERS : REASON_FRAGMENT, &settings);
}

/* Remembers the verdict on a TCP socket, so that a retransmission is no new attempt. */
static __always_inline bool egress_mark(struct trial *t, struct bpf_sock *sk)
{
	struct fence_mark *m;

	m = bpf_sk_storage_get(&fence_mark, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!m)
		return false;
	mark_end(m);
	mark_fill(m, t);
	m->action = t->a.action == ACTION_ALLOW ? ACTION_ALLOW : ACTION_DROP;
	return true;
}

static __always_inline int egress_settle(struct trial *t, struct bpf_sock *sk)
{
	bool stream = sk && sk->type == SOCK_STREAM && sk->protocol == IPPROTO_TCP;

	t->raw = !stream;
	t->sequence = tell_sequence();
	if (stream && !egress_mark(t, sk) && t->a.verdict != VERDICT_DENIED)
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

/* A first hop in scope is a way out, whatever it is told to do with the packet. */
static __always_inline void egress_target(struct target *to, const struct packet *p)
{
	struct target hop = { .port = p->dport };

	to->port = p->dport;
	__builtin_memcpy(to->addr, p->daddr, sizeof(to->addr));
	target_settle(to, p->v6);
	__builtin_memcpy(hop.addr, p->hop, sizeof(hop.addr));
	target_settle(&hop, p->v6);
	if (p->routed && settings.scope >> hop.class & 1)
		*to = hop;
}

static __always_inline int egress_judge(struct __sk_buff *skb, const struct packet *p)
{
	struct fence_mark *m = NULL;
	struct fence_state *s;
	struct bpf_sock *sk;
	struct trial t = {};

	t.hook = HOOK_EGRESS;
	t.ifindex = skb->ifindex;
	egress_target(&t.to, p);
	sk = skb->sk;
	if (sk)
		sk = bpf_sk_fullsock(sk);
	if (sk)
		m = bpf_sk_storage_get(&fence_mark, sk, NULL, 0);
	/* Nothing at all leaves a socket whose attempt was denied, wherever NAT or a route sends it. */
	if (m && m->attempt && m->verdict == VERDICT_DENIED)
		return EGRESS_DROP;
	if (m && m->attempt && mark_is_for(m, &t.to))
		return EGRESS_PASS;
	/* What stays here is judged at connect(), if at all. */
	if (skb->ifindex == LOOPBACK_IFINDEX)
		return EGRESS_PASS;
	if (p->found == PACKET_TCP && (p->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return EGRESS_PASS;
	s = fence_armed();
	t.reader = s ? s->reader : 0;
	egress_ask(&t, skb, m);
	if (p->found != PACKET_TCP)
		egress_hidden(&t, p);
	if (m && m->attempt) {
		if (t.a.verdict <= m->verdict)
			return EGRESS_PASS;
		t.a.reason = REASON_REWRITTEN;
	}
	if (t.a.verdict != VERDICT_DENIED && p->found != PACKET_TCP)
		return EGRESS_PASS;
	return egress_settle(&t, sk);
}
