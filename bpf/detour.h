/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `redirect` and `answer`: connect() goes to a relay instead, and what the application sees of it. */
#pragma once

#include <bpf/bpf_endian.h>

#include "mark.h"

/*
 * Where a term sends it: in the target's own family if there is a relay. decide() has seen that there is one in
 * reach.
 */
static __always_inline void detour_find(
	struct target *sent, const struct fence_term *term, __u8 family)
{
	bool v6 = !term->relay.port4 || (family == FENCE_AF_INET6 && term->relay.port6);

	if (v6)
		__builtin_memcpy(sent->addr, term->relay.addr6, sizeof(sent->addr));
	else
		sent->addr[0] = term->relay.addr4;
	sent->port = v6 ? term->relay.port6 : term->relay.port4;
	target_settle(sent, v6);
}

/* The address as a socket of this family takes it. */
static __always_inline void detour_wide(__u32 to[4], const __u32 addr[4], bool mapped)
{
	__builtin_memcpy(to, addr, 16);
	if (!mapped)
		return;
	to[0] = to[1] = 0;
	to[2] = bpf_htonl(0xffff);
	to[3] = addr[0];
}

/* For getpeername() and for later hooks. False when storage is refused. */
static __always_inline bool detour_remember(
	struct bpf_sock *sk, const struct trial *t, const struct target *sent, bool transparent)
{
	struct fence_detour *d;

	d = bpf_sk_storage_get(&fence_detour, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!d)
		return false;
	detour_wide(d->asked, t->to.addr, t->to.mapped);
	__builtin_memcpy(d->sent, sent->addr, sizeof(d->sent));
	d->asked_port = t->to.port;
	d->sent_port = sent->port;
	d->sent_family = sent->family;
	d->transparent = transparent;
	d->version = FENCE_LAYOUT;
	return true;
}

/* Rewrites where connect() goes. */
static __always_inline void detour_turn(
	struct bpf_sock_addr *ctx, const struct target *sent, bool v6)
{
	__u32 to[4];

	ctx->user_port = bpf_htons(sent->port);
	if (!v6) {
		ctx->user_ip4 = sent->addr[0];
		return;
	}
	detour_wide(to, sent->addr, sent->family == FENCE_AF_INET);
	ctx->user_ip6[0] = to[0];
	ctx->user_ip6[1] = to[1];
	ctx->user_ip6[2] = to[2];
	ctx->user_ip6[3] = to[3];
}

static __always_inline int detour_go(struct bpf_sock_addr *ctx, const struct trial *t, bool v6)
{
	const struct fence_term *term;
	struct target sent = {};
	struct bpf_sock *sk;
	__u32 bit;

	if (!t)
		return 0;
	bit = t->a.term;
	term = bpf_map_lookup_elem(&fence_terms, &bit);
	sk = ctx->sk;
	if (!term || !sk)
		return 0;
	detour_find(&sent, term, t->to.family);
	if (!detour_remember(sk, t, &sent, term->transparent))
		return 0;
	detour_turn(ctx, &sent, v6);
	return 1;
}

/* Sends connect() elsewhere; 0 when that cannot be remembered. Global for their stack. */
__noinline int detour_go4(struct bpf_sock_addr *ctx, const struct trial *t)
{
	return detour_go(ctx, t, false);
}

__noinline int detour_go6(struct bpf_sock_addr *ctx, const struct trial *t)
{
	return detour_go(ctx, t, true);
}
