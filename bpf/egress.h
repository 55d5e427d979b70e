/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt as a packet of a local socket: raw sockets, NAT, rewritten ports, the silence of drop. */
#pragma once

#include "packet.h"

#include "connect.h"

#define LOOPBACK_IFINDEX 1
#define ETH_P_IP 0x0800

enum {
	EGRESS_DROP,
	EGRESS_PASS,
};

/* The usual packet, IPv4 without options or IPv6 without extension headers, and not to a watched port. */
static __always_inline bool egress_fast(struct __sk_buff *skb)
{
	__u8 *h = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (h + 44 > end)
		return false;
	if (h[0] == 0x45) {
		if (be16_at(h + 6) & (IP_MORE_FRAGMENTS | IP_FRAGMENT_OFFSET))
			return false;
		return h[9] == IPPROTO_UDP || (h[9] == IPPROTO_TCP && !watched(be16_at(h + 22)));
	}
	if (h[0] >> 4 != 6)
		return false;
	return h[6] == IPPROTO_UDP || (h[6] == IPPROTO_TCP && !watched(be16_at(h + 42)));
}

/* Whether a packet is about a watched port, or hides its port while some port is blocked. */
static __always_inline bool egress_concerns(const struct packet *p)
{
	if (!fence_armed())
		return false;
	if (p->found == PACKET_TCP)
		return watched(p->dport);
	if (p->found == PACKET_SHORT && p->dport)
		return watched(p->dport);
	return (p->found == PACKET_SHORT || p->found == PACKET_DEEP) && settings.blocked;
}

static __always_inline void egress_identify(struct bpf_sock *sk)
{
	struct fence_mark *m;
	struct who w;

	m = bpf_sk_storage_get(&fence_mark, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!m)
		return;
	who_read(&w);
	m->start_ns = w.start_ns;
	m->tgid = w.tgid;
	m->uid = w.uid;
	m->euid = w.euid;
	m->gid = w.gid;
	m->loginuid = w.loginuid;
	m->exec_id = w.exec_id;
	m->exe_class = trial_exe(&w.exe);
	m->version = FENCE_LAYOUT;
	__builtin_memcpy(m->comm, w.comm, sizeof(m->comm));
}

static __always_inline bool mark_is_for(const struct fence_mark *m, const struct target *to)
{
	return m->dport == to->port && m->family == to->family && m->daddr[0] == to->addr[0] &&
	       m->daddr[1] == to->addr[1] && m->daddr[2] == to->addr[2] &&
	       m->daddr[3] == to->addr[3];
}

static __always_inline void egress_ask(
	struct trial *t, struct __sk_buff *skb, const struct fence_mark *m)
{
	if (m)
		who_from_mark(&t->who, m);
	else
		who_unknown(&t->who);
	place_packet(&t->place, skb);
	trial_port(t);
	trial_to(t);
	t->q.uid = trial_uid(t->who.uid);
	t->q.euid = trial_uid(t->who.euid);
	t->q.exe = m && settings.has_exe ? m->exe_class : trial_exe(&t->who.exe);
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

static __always_inline int egress_judge(struct __sk_buff *skb, const struct packet *p)
{
	struct fence_mark *m = NULL;
	struct fence_state *s;
	struct bpf_sock *sk;
	struct trial t = {};

	t.hook = HOOK_EGRESS;
	t.ifindex = skb->ifindex;
	t.to.port = p->dport;
	__builtin_memcpy(t.to.addr, p->daddr, sizeof(t.to.addr));
	target_settle(&t.to, p->v6);
	sk = skb->sk;
	if (sk)
		sk = bpf_sk_fullsock(sk);
	if (sk)
		m = bpf_sk_storage_get(&fence_mark, sk, NULL, 0);
	if (m && m->attempt && mark_is_for(m, &t.to))
		return m->verdict == VERDICT_DENIED ? EGRESS_DROP : EGRESS_PASS;
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
