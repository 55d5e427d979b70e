/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds TCP in an IP packet, whatever stands in front of it: options, extension headers, fragments,
 * IP in IP. Pure, as headers.h is.
 */
#pragma once

#include "extensions.h"

/* Headers walked at most, the outermost included; more is PACKET_DEEP. */
#define PACKET_HEADERS 24

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
	/* Unrolled: on a speculative path, followed without CAP_PERFMON, a counter has no bound. */
#pragma GCC unroll 24
	for (int i = 0; i < PACKET_HEADERS; i++) {
		p->found = packet_step(skb, p);
		if (p->found != PACKET_WALKING)
			return;
	}
	p->found = PACKET_DEEP;
}
