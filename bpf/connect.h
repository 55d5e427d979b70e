/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt at connect(): the first line, where the application can be answered at once. */
#pragma once

#include <bpf/bpf_endian.h>

#include "account.h"
#include "both.h"
#include "detour.h"
#include "limit.h"

#define SOCK_STREAM 1
#define SOCK_RAW 3

enum {
	CONNECT_REFUSE,
	CONNECT_PASS,
};

/*
 * The port first: nothing else is paid for by what is not watched. An address of another family than
 * the socket's is refused by the kernel behind us (connect6 runs for it all the same).
 */
static __always_inline bool connect_watched(struct bpf_sock_addr *ctx, __u32 family)
{
	if (!watched(bpf_ntohs(ctx->user_port)))
		return false;
	if (ctx->type != SOCK_STREAM || ctx->user_family != family)
		return false;
	if (ctx->protocol != IPPROTO_TCP && ctx->protocol != IPPROTO_MPTCP)
		return false;
	return fence_armed();
}

static __always_inline void connect_begin(struct trial *t, struct bpf_sock_addr *ctx, __u8 hook)
{
	__builtin_memset(t, 0, sizeof(*t));
	t->hook = hook;
	t->q.relays = hook == HOOK_CONNECT6 ? RELAY_IP4 | RELAY_IP6 : RELAY_IP4;
	t->to.port = bpf_ntohs(ctx->user_port);
	t->netns = bpf_get_netns_cookie(ctx);
}

/* Addresses of the host's own namespace come from a map; elsewhere they count as what they are. */
static __always_inline void connect_class(struct trial *t, bool v6)
{
	__u32 key[4] = { t->to.addr[0], t->to.addr[1], t->to.addr[2], t->to.addr[3] };

	target_settle(&t->to, v6);
	if (!settings.host_netns || t->netns != settings.host_netns)
		return;
	if (t->to.family == FENCE_AF_INET) {
		key[0] = key[1] = 0;
		key[2] = bpf_htonl(0xffff);
		key[3] = t->to.addr[0];
	}
	if (bpf_map_lookup_elem(&fence_own, key))
		t->to.class = CLASS_OWN;
}

/* What would be done otherwise, or not counted, if no later hook knew of it. */
static __always_inline bool connect_needs_mark(const struct trial *t)
{
	return t->a.action == ACTION_DROP || t->a.verdict > VERDICT_DENIED ||
	       (t->a.action == ACTION_LIMIT && t->a.verdict == VERDICT_ALLOWED) ||
	       (t->q.blocked && t->q.in_scope);
}

/*
 * Makes the mark that later hooks obey. An unprivileged user can exhaust a socket's option memory so
 * that storage is refused: then what would be blocked without its rule is blocked.
 */
static __always_inline void connect_settle(struct trial *t, struct bpf_sock_addr *ctx, bool v6)
{
	bool refused = t->a.verdict == VERDICT_DENIED && t->a.action != ACTION_DROP;
	struct fence_mark *m = NULL;
	struct bpf_sock *sk = ctx->sk;

	if (sk)
		m = bpf_sk_storage_get(
			&fence_mark, sk, NULL, refused ? 0 : BPF_SK_STORAGE_GET_F_CREATE);
	if (m)
		mark_leave(m, sk);
	else if (!refused && connect_needs_mark(t))
		decide_failsafe(&t->a, true, REASON_NO_MARK, &settings);
	limit_ask(t);
	if (settings.has_detour && t->a.verdict > VERDICT_DENIED &&
		!(m && (v6 ? detour_go6(ctx, t) : detour_go4(ctx, t))))
		decide_failsafe(&t->a, true, REASON_NO_MARK, &settings);
	if (m)
		mark_fill(m, t);
}

static __always_inline int connect_judge(struct trial *t, struct bpf_sock_addr *ctx, bool v6)
{
	connect_class(t, v6);
	if (!settings.tell_all && !settings.has_to &&
		(t->to.class == CLASS_LOOPBACK || t->to.class == CLASS_OWN)) {
		tell_count(SLOT_QUIET);
		if (ctx->sk)
			mark_forget(ctx->sk);
		return CONNECT_PASS;
	}
	who_read(&t->who);
	trial_look(t);
	both_judge(t, ctx->sk);
	t->sequence = tell_sequence();
	connect_settle(t, ctx, v6);
	if (t->a.reason == REASON_SCOPE && !settings.tell_all) {
		tell_count(SLOT_QUIET);
		return CONNECT_PASS;
	}
	trial_tell(t);
	if (t->a.verdict != VERDICT_DENIED || t->a.action == ACTION_DROP)
		return CONNECT_PASS;
	bpf_set_retval(-(int)t->a.err);
	return CONNECT_REFUSE;
}
