/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What became of an attempt that was let through. */
#pragma once

#include <asm-generic/errno.h>

#include "mark.h"
#include "vmlinux.h"

static __always_inline struct fence_mark *outcome_mark(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	struct fence_mark *m;

	if (!sk)
		return NULL;
	m = bpf_sk_storage_get(&fence_mark, sk, NULL, 0);
	return m && m->attempt && !m->told && m->verdict != VERDICT_DENIED ? m : NULL;
}

static __always_inline void outcome_follow(struct bpf_sock_ops *ops)
{
	struct fence_mark *m = outcome_mark(ops);

	if (!m)
		return;
	m->watching = 1;
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

/* Or another program's socket, which has no mark. */
static __always_inline bool outcome_followed(struct bpf_sock_ops *ops)
{
	return ops->bpf_sock_ops_cb_flags & BPF_SOCK_OPS_STATE_CB_FLAG;
}

static __always_inline void outcome_connected(struct bpf_sock_ops *ops)
{
	struct fence_mark *m = outcome_mark(ops);

	if (!m)
		return;
	tell_outcome(m, OUTCOME_CONNECTED, 0, ops->total_retrans + 1);
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags & ~BPF_SOCK_OPS_STATE_CB_FLAG);
}

/* sk_err is set before the state changes (tcp_reset(), tcp_write_err(), tcp_v4_err()). */
static __always_inline __u8 outcome_error(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	struct tcp_sock *tcp;

	if (!settings.with_btf || !sk)
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	return tcp ? tcp->inet_conn.icsk_inet.sk.sk_err : 0;
}

static __always_inline void outcome_failed(struct bpf_sock_ops *ops)
{
	struct fence_mark *m = outcome_mark(ops);
	__u8 err, outcome = OUTCOME_NO_ANSWER;

	if (!m)
		return;
	err = outcome_error(ops);
	if (err == ECONNREFUSED)
		outcome = OUTCOME_REFUSED;
	else if (err == EHOSTUNREACH || err == ENETUNREACH || err == EACCES)
		outcome = OUTCOME_UNREACHABLE;
	else if (!settings.with_btf)
		outcome = OUTCOME_UNKNOWN;
	tell_outcome(m, outcome, err, ops->total_retrans + 1);
}

/* A socket that ends before a SYN was sent: sockops never saw it. */
static __always_inline void outcome_released(struct bpf_sock *sk)
{
	struct fence_mark *m = bpf_sk_storage_get(&fence_mark, sk, NULL, 0);

	if (m && !m->watching)
		mark_end(m);
}
