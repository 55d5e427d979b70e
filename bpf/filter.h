/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which packets are worth a walk, and which of those walked are worth a judgment. */
#pragma once

#include "maps.h"
#include "packet.h"
#include "trial.h"

#define LOOPBACK_IFINDEX 1

/* The usual packet (no options, no extension headers) to a port not watched. */
static __always_inline bool filter_skips(struct __sk_buff *skb)
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

/* Global: the port is any number there, also where the verifier has seen that it is none. */
__noinline int filter_watched(__u32 port)
{
	return watched(port);
}

/* Whether a packet is about a watched port, or hides its port while some port is blocked. */
static __always_inline bool filter_wants(const struct packet *p)
{
	if (!fence_armed())
		return false;
	if (p->found == PACKET_TCP)
		return filter_watched(p->dport);
	if (p->found == PACKET_SHORT && p->dport)
		return filter_watched(p->dport);
	return (p->found == PACKET_SHORT || p->found == PACKET_DEEP) && settings.blocked;
}

/* A first hop in scope is a way out, whatever it is told to do with the packet. */
static __always_inline void filter_target(struct target *to, const struct packet *p)
{
	struct target hop = { .port = p->dport };

	to->port = p->dport;
	__builtin_memcpy(to->addr, p->daddr, sizeof(to->addr));
	target_settle(to, p->v6);
	__builtin_memcpy(hop.addr, p->hop, sizeof(hop.addr));
	target_settle(&hop, p->v6);
	if (p->routed && in_scope(hop.class, hop.family == FENCE_AF_INET6))
		*to = hop;
}

/*
 * Whether a packet is worth a judgment, and of what. Global for its stack: what the walk needs is not there any
 * more when the terms are asked.
 */
__noinline int filter_find(struct __sk_buff *skb, struct trial *t)
{
	struct packet p = {};

	if (!t)
		return 0;
	packet_walk(skb, &p);
	if (!filter_wants(&p))
		return 0;
	filter_target(&t->to, &p);
	t->found = p.found;
	t->opens = p.found == PACKET_TCP && (p.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return 1;
}
