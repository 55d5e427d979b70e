/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds TCP in an IP packet, whatever stands in front of it: options, extension headers, fragments,
 * IP in IP. Pure but for bpf_skb_load_bytes(), which whoever includes this has declared.
 */
#pragma once

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

/* Headers walked at most, the outermost included; more is PACKET_DEEP. */
#define PACKET_HEADERS 24

#define IP_MORE_FRAGMENTS 0x2000
#define IP_FRAGMENT_OFFSET 0x1fff
#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_FRAGMENT_OFFSET 0xfff8
#define TCP_SYN 0x02
#define TCP_ACK 0x10

#define IPPROTO_MOBILITY 135
#define IPPROTO_HOST_IDENTITY 139
#define IPPROTO_SHIM6 140

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
	__u16 dport; /* host order; 0 when not shown */
	__u8 next; /* protocol at off; IPIP and IPV6 stand for an IP header */
	__u8 v6;
	__u8 fragment; /* the first of several */
	__u8 flags; /* TCP's */
	__u8 found; /* enum packet_find */
	__u8 pad[5];
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
	p->v6 = 0;
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
	__builtin_memcpy(p->daddr, h + 24, 16);
	p->next = h[6];
	p->off += sizeof(h);
	return PACKET_WALKING;
}

static inline __u8 packet_fragment6(const struct __sk_buff *skb, struct packet *p)
{
	__u8 h[8];
	__u16 frag;

	if (!p->v6)
		return PACKET_OTHER;
	if (bpf_skb_load_bytes(skb, p->off, h, sizeof(h)))
		return packet_cut(p);
	frag = be16_at(h + 2);
	if (frag & IP6_FRAGMENT_OFFSET)
		return PACKET_OTHER;
	p->fragment |= frag & IP6_MORE_FRAGMENTS;
	p->next = h[0];
	p->off += sizeof(h);
	return PACKET_WALKING;
}

/*
 * An extension header, or AH. Of a routing header with segments left (type 4, RFC 8754; type 2, RFC
 * 6275) the first address listed is where the packet goes in the end.
 */
static inline __u8 packet_extension(const struct __sk_buff *skb, struct packet *p)
{
	__u8 h[4];

	if (!p->v6 && p->next != IPPROTO_AH)
		return PACKET_OTHER;
	if (bpf_skb_load_bytes(skb, p->off, h, sizeof(h)))
		return packet_cut(p);
	if (p->next == IPPROTO_ROUTING && (h[2] == 4 || h[2] == 2) && h[3] &&
		bpf_skb_load_bytes(skb, p->off + 8, p->daddr, sizeof(p->daddr)))
		return packet_cut(p);
	p->off += p->next == IPPROTO_AH ? (h[1] + 2) * 4 : (h[1] + 1) * 8;
	p->next = h[0];
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

/*
 * One header. A global function is verified once, for any values, however often it is called: so the
 * walk needs no bpf_loop(), which 6.1 miscompiles, and costs the verifier no more than one step.
 */
__attribute__((noinline)) int packet_step(struct __sk_buff *skb, struct packet *p)
{
	if (!p)
		return PACKET_OTHER;
	switch (p->next) {
	case IPPROTO_IPIP:
		return packet_ip4(skb, p);
	case IPPROTO_IPV6:
		return packet_ip6(skb, p);
	case IPPROTO_FRAGMENT:
		return packet_fragment6(skb, p);
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MOBILITY:
	case IPPROTO_HOST_IDENTITY:
	case IPPROTO_SHIM6:
	case IPPROTO_AH:
		return packet_extension(skb, p);
	case IPPROTO_TCP:
		return packet_tcp(skb, p);
	}
	return PACKET_OTHER;
}

/* From the network header at offset 0. p is all zero before. */
static inline void packet_walk(struct __sk_buff *skb, struct packet *p)
{
	__u8 version;

	p->found = PACKET_OTHER;
	if (bpf_skb_load_bytes(skb, 0, &version, 1))
		return;
	p->next = version >> 4 == 6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	for (int i = 0; i < PACKET_HEADERS; i++) {
		p->found = packet_step(skb, p);
		if (p->found != PACKET_WALKING)
			return;
	}
	p->found = PACKET_DEEP;
}
