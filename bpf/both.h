/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two cgroups of a connect(): the caller's and the socket's. */
#pragma once

#include "judge.h"
#include "origin.h"

/* A kernel thread acts for somebody else: then the socket's alone counts, or an unknown one. */
static __always_inline void both_caller(struct trial *t)
{
	t->place = (struct place){ .id = FENCE_CGROUP_NONE, .class = VECTOR_CGROUP_UNKNOWN };
	if (t->who.running)
		place_current(&t->place);
	trial_at(t, &t->place, &t->a);
}

/* After the caller, the stricter of both. */
static __always_inline void both_socket(struct trial *t, struct cgroup *c)
{
	struct place other = { .id = FENCE_CGROUP_NONE };
	struct answer a = {};

	place_socket(&other, c);
	if (other.id == t->place.id)
		return;
	trial_at(t, &other, &a);
	if (t->who.running && !stricter(&a, &t->a))
		return;
	t->a = a;
	t->place.id = other.id;
	/* Otherwise the caller's share of the ring goes on. */
	if (!t->who.running || a.action == ACTION_LIMIT) {
		t->place.share = other.share;
		t->place.whole = other.whole;
	}
}

/*
 * The caller's cgroup and the socket's are both judged, the stricter wins: a socket keeps the cgroup
 * of its maker, so either alone is evaded by passing descriptors.
 */
static __always_inline void both_judge(struct trial *t, struct bpf_sock *sk)
{
	struct tcp_sock *tcp;

	both_caller(t);
	if (!settings.with_btf || !sk)
		return;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (tcp && tcp->inet_conn.icsk_inet.sk.sk_cgrp_data.cgroup)
		both_socket(t, tcp->inet_conn.icsk_inet.sk.sk_cgrp_data.cgroup);
}
