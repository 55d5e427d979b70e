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
	struct packet p = {};

	if (filter_skips(skb))
		return EGRESS_PASS;
	packet_walk(skb, &p);
	if (!filter_wants(&p))
		return EGRESS_PASS;
	return egress_judge(skb, &p);
}

SEC("cgroup/sock_create")
int fence_create(struct bpf_sock *sk)
{
	if (sk->type == SOCK_RAW && (sk->family == FENCE_AF_INET || sk->family == FENCE_AF_INET6))
		mark_identify(sk);
	return 1;
}

SEC("sockops")
int fence_sockops(struct bpf_sock_ops *ops)
{
	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		if (watched(bpf_ntohl(ops->remote_port)))
			outcome_follow(ops);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		if (watched(bpf_ntohl(ops->remote_port)))
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
