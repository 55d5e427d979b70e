/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an attempt goes: the address as judged, and its class. Pure. */
#pragma once

#include <linux/in.h>
#include <stdbool.h>

#include "fence.h"

#define FENCE_AF_INET 2
#define FENCE_AF_INET6 10

struct target {
	__u32 addr[4]; /* network order; IPv4 in [0] */
	__u16 port; /* host order */
	__u8 family; /* v4-mapped is FENCE_AF_INET */
	__u8 mapped;
	__u8 class; /* enum target_class */
	__u8 pad[3];
};

static inline __u32 host32(__u32 be)
{
	return __builtin_bswap32(be);
}

static inline bool target_same(const __u32 a[4], const __u32 b[4])
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

static inline __u8 target_class4(__u32 be)
{
	__u32 a = host32(be);

	if (a >> 24 == 127 || a == 0)
		return CLASS_LOOPBACK;
	if (a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8)
		return CLASS_PRIVATE;
	if (a >> 16 == 0xa9fe)
		return CLASS_LINK_LOCAL;
	if (a >> 22 == 0x191) /* 100.64.0.0/10 */
		return CLASS_CGNAT;
	if (a >> 28 == 0xe)
		return CLASS_MULTICAST;
	return CLASS_PUBLIC;
}

/* NAT64 (64:ff9b::/96, RFC 6052) reaches the IPv4 host inside: judged by that. */
static inline __u8 target_class6(const __u32 be[4])
{
	__u32 a = host32(be[0]);

	if (!be[0] && !be[1] && !be[2] && host32(be[3]) <= 1)
		return CLASS_LOOPBACK;
	if (a >> 25 == 0x7e) /* fc00::/7 */
		return CLASS_ULA;
	if (a >> 22 == 0x3fa) /* fe80::/10 */
		return CLASS_LINK_LOCAL;
	if (a >> 24 == 0xff)
		return CLASS_MULTICAST;
	if (a == 0x0064ff9b && !be[1] && !be[2])
		return target_class4(be[3]);
	return CLASS_PUBLIC;
}

/* Fills family, mapped and class from addr: IPv6 that is v4-mapped becomes IPv4. */
static inline void target_settle(struct target *t, bool v6)
{
	t->family = v6 ? FENCE_AF_INET6 : FENCE_AF_INET;
	if (v6 && !t->addr[0] && !t->addr[1] && host32(t->addr[2]) == 0xffff) {
		t->family = FENCE_AF_INET;
		t->mapped = 1;
		t->addr[0] = t->addr[3];
		t->addr[2] = t->addr[3] = 0;
	}
	t->class = t->family == FENCE_AF_INET ? target_class4(t->addr[0]) : target_class6(t->addr);
}
