/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The hooks: each collects, decides, tells. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "connect.h"
#include "egress.h"
#include "outcome.h"

SEC("cgroup/connect4")
int fence_connect4(struct bpf_sock_addr *ctx)
{
	struct trial t;

	if (!connect_watched(ctx, FENCE_AF_INET))
		return CONNECT_PASS;
	connect_begin(&t, ctx, HOOK_CONNECT4);
	t.to.addr[0] = ctx->user_ip4;
	return connect_judge(&t, ctx, false);
}

SEC("cgroup/connect6")
int fence_connect6(struct bpf_sock_addr *ctx)
{
	struct trial t;

	if (!connect_watched(ctx, FENCE_AF_INET6))
		return CONNECT_PASS;
	connect_begin(&t, ctx, HOOK_CONNECT6);
	t.to.addr[0] = ctx->user_ip6[0];
	t.to.addr[1] = ctx->user_ip6[1];
	t.to.addr[2] = ctx->user_ip6[2];
	t.to.addr[3] = ctx->user_ip6[3];
	return connect_judge(&t, ctx, true);
}

SEC("cgroup_skb/egress")
int fence_egress(struct __sk_buff *skb)
{
	return filter_skips(skb) ? EGRESS_PASS : egress_judge(skb);
}

SEC("cgroup/sock_create")
int fence_create(struct bpf_sock *sk)
{
	if (sk->type == SOCK_RAW && (sk->family == FENCE_AF_INET || sk->family == FENCE_AF_INET6))
		mark_identify(sk);
	return 1;
}

/* Shows the application where it wanted to go. */
SEC("cgroup/getpeername4")
int fence_peer4(struct bpf_sock_addr *ctx)
{
	struct target peer = { .addr = { ctx->user_ip4 } };
	const struct fence_detour *d = arrival_hidden(ctx, &peer, false);

	if (d) {
		ctx->user_ip4 = d->asked[0];
		ctx->user_port = bpf_htons(d->asked_port);
	}
	return 1;
}

SEC("cgroup/getpeername6")
int fence_peer6(struct bpf_sock_addr *ctx)
{
	struct target peer = { .addr = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2],
				       ctx->user_ip6[3] } };
	const struct fence_detour *d = arrival_hidden(ctx, &peer, true);

	if (d) {
		ctx->user_ip6[0] = d->asked[0];
		ctx->user_ip6[1] = d->asked[1];
		ctx->user_ip6[2] = d->asked[2];
		ctx->user_ip6[3] = d->asked[3];
		ctx->user_port = bpf_htons(d->asked_port);
	}
	return 1;
}

SEC("sockops")
int fence_sockops(struct bpf_sock_ops *ops)
{
	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		/* Sent elsewhere, its port is the relay's. */
		if (settings.has_detour || watched(bpf_ntohl(ops->remote_port)))
			outcome_follow(ops);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		if (outcome_followed(ops))
			outcome_connected(ops);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (ops->args[0] == BPF_TCP_SYN_SENT && ops->args[1] == BPF_TCP_CLOSE)
			outcome_failed(ops);
		break;
	}
	return 1;
}

SEC("cgroup/sock_release")
int fence_release(struct bpf_sock *sk)
{
	outcome_released(sk);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
