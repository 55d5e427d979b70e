/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Headers between IP and TCP: extension headers of IPv6, fragments, AH. Pure, as headers.h is. */
#pragma once

#include "headers.h"

#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_FRAGMENT_OFFSET 0xfff8

#define IPPROTO_MOBILITY 135
#define IPPROTO_HOST_IDENTITY 139
#define IPPROTO_SHIM6 140

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
 * Of a routing header with segments left (type 4, RFC 8754; type 2, RFC 6275) the first address listed is
 * where the packet goes in the end.
 */
static inline __u8 packet_route(const struct __sk_buff *skb, struct packet *p)
{
	if (!p->routed)
		__builtin_memcpy(p->hop, p->daddr, sizeof(p->hop));
	p->routed = 1;
	if (bpf_skb_load_bytes(skb, p->off + 8, p->daddr, sizeof(p->daddr)))
		return packet_cut(p);
	return PACKET_WALKING;
}

/* An extension header, or AH. */
static inline __u8 packet_extension(const struct __sk_buff *skb, struct packet *p)
{
	__u8 h[4], found = PACKET_WALKING;

	if (!p->v6 && p->next != IPPROTO_AH)
		return PACKET_OTHER;
	if (bpf_skb_load_bytes(skb, p->off, h, sizeof(h)))
		return packet_cut(p);
	if (p->next == IPPROTO_ROUTING && (h[2] == 4 || h[2] == 2) && h[3])
		found = packet_route(skb, p);
	p->off += p->next == IPPROTO_AH ? (h[1] + 2) * 4 : (h[1] + 1) * 8;
	p->next = h[0];
	return found;
}
