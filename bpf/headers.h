/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One header of a packet: what it says, and what comes behind it. Pure but for bpf_skb_load_bytes(),
 * which whoever includes this has declared.
 */
#pragma once

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

#define IP_MORE_FRAGMENTS 0x2000
#define IP_FRAGMENT_OFFSET 0x1fff
#define TCP_SYN 0x02
#define TCP_ACK 0x10

enum packet_find {
	PACKET_WALKING,
	PACKET_OTHER, /* no TCP, or a later fragment, which follows its first */
	PACKET_TCP,
	PACKET_SHORT, /* a first fragment that does not show TCP's ports and flags */
	PACKET_DEEP,
};

/* A walk over headers, and what it found. */
struct packet {
	__u32 off; /* of the next header, from the start of the network header */
	__u32 daddr[4]; /* where it goes in the end, network order; IPv4 in [0] */
	__u32 hop[4]; /* where it goes first, when routed */
	__u16 dport; /* host order; 0 when not shown */
	__u8 next; /* protocol at off; IPIP and IPV6 stand for an IP header */
	__u8 v6;
	__u8 fragment; /* the first of several */
	__u8 flags; /* TCP's */
	__u8 found; /* enum packet_find */
	__u8 routed; /* by a routing header of IPv6 */
	__u8 pad[4];
};

static inline __u16 be16_at(const __u8 *p)
{
	return (__u16)p[0] << 8 | p[1];
}

/* A header that cannot be loaded: nobody takes such a packet, unless fragments complete it. */
static inline __u8 packet_cut(const struct packet *p)
{
	return p->fragment ? PACKET_SHORT : PACKET_OTHER;
}

static inline __u8 packet_ip4(const struct __sk_buff *skb, struct packet *p)
{
	__u8 h[20];
	__u16 frag;

	if (bpf_skb_load_bytes(skb, p->off, h, sizeof(h)))
		return packet_cut(p);
	frag = be16_at(h + 6);
	if (h[0] >> 4 != 4 || (h[0] & 0xf) < 5 || frag & IP_FRAGMENT_OFFSET)
		return PACKET_OTHER;
	p->fragment |= !!(frag & IP_MORE_FRAGMENTS);
	p->v6 = p->routed = 0;
	__builtin_memcpy(p->daddr, h + 16, 4);
	p->daddr[1] = p->daddr[2] = p->daddr[3] = 0;
	p->next = h[9];
	p->off += (h[0] & 0xf) * 4;
	return PACKET_WALKING;
}

static inline __u8 packet_ip6(const struct __sk_buff *skb, struct packet *p)
{
	__u8 h[40];

	if (bpf_skb_load_bytes(skb, p->off, h, sizeof(h)))
		return packet_cut(p);
	if (h[0] >> 4 != 6)
		return PACKET_OTHER;
	p->v6 = 1;
	p->routed = 0;
	__builtin_memcpy(p->daddr, h + 24, 16);
	p->next = h[6];
	p->off += sizeof(h);
	return PACKET_WALKING;
}

static inline __u8 packet_tcp(const struct __sk_buff *skb, struct packet *p)
{
	__u8 h[14];

	if (bpf_skb_load_bytes(skb, p->off, h, sizeof(h))) {
		if (!bpf_skb_load_bytes(skb, p->off, h, 4))
			p->dport = be16_at(h + 2);
		return packet_cut(p);
	}
	p->dport = be16_at(h + 2);
	p->flags = h[13];
	return PACKET_TCP;
}
