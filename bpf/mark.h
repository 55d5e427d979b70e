/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a socket's storage remembers: the verdict for later hooks, or who made a raw socket. */
#pragma once

#include "tell.h"
#include "trial.h"

static __always_inline void mark_fill(struct fence_mark *m, const struct trial *t)
{
	m->attempt = FENCE_RECORD_ID(bpf_get_smp_processor_id(), t->sequence);
	m->start_ns = t->who.start_ns;
	m->cgroup = t->place.id;
	m->began_ns = bpf_ktime_get_boot_ns();
	m->policy = settings.policy;
	m->tgid = t->who.tgid;
	m->uid = t->who.uid;
	m->euid = t->who.euid;
	m->gid = t->who.gid;
	m->loginuid = t->who.loginuid;
	m->exec_id = t->who.exec_id;
	m->exe = t->who.exe;
	__builtin_memcpy(m->daddr, t->to.addr, sizeof(m->daddr));
	m->dport = t->to.port;
	m->rule = t->a.rule;
	m->version = FENCE_LAYOUT;
	m->family = t->to.family;
	m->verdict = t->a.verdict;
	m->action = t->a.action;
	m->reason = t->a.reason;
	m->told = t->a.reason == REASON_SCOPE && !settings.tell_all; /* no attempt, no outcome */
	m->watching = 0;
	__builtin_memcpy(m->comm, t->who.comm, sizeof(m->comm));
}

/* The socket goes elsewhere, or ends: what became of its attempt is unknown, unless it has been told. */
static __always_inline void mark_end(struct fence_mark *m)
{
	if (m->attempt && !m->told && m->verdict != VERDICT_DENIED)
		tell_outcome(m, OUTCOME_UNKNOWN, 0, 0);
}

/* Its connect() was sent elsewhere: fence_detour says where. */
static __always_inline bool mark_detoured(const struct fence_mark *m)
{
	return m->verdict == VERDICT_REDIRECTED || m->verdict == VERDICT_ANSWERED;
}

/* Before the socket's next attempt, or none: with the one before ends its detour. */
static __always_inline void mark_leave(struct fence_mark *m, struct bpf_sock *sk)
{
	mark_end(m);
	if (mark_detoured(m))
		bpf_sk_storage_delete(&fence_detour, sk);
}

/* The socket goes where nothing is judged: what it tried before is no longer its verdict. */
static __always_inline void mark_forget(struct bpf_sock *sk)
{
	struct fence_mark *m = bpf_sk_storage_get(&fence_mark, sk, NULL, 0);

	if (!m)
		return;
	mark_leave(m, sk);
	m->attempt = 0;
	m->verdict = VERDICT_ALLOWED;
}

static __always_inline void mark_identify(struct bpf_sock *sk)
{
	struct fence_mark *m;
	struct who w;

	m = bpf_sk_storage_get(&fence_mark, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!m)
		return;
	who_read(&w);
	m->start_ns = w.start_ns;
	m->tgid = w.tgid;
	m->uid = w.uid;
	m->euid = w.euid;
	m->gid = w.gid;
	m->loginuid = w.loginuid;
	m->exec_id = w.exec_id;
	m->exe = w.exe;
	m->version = FENCE_LAYOUT;
	__builtin_memcpy(m->comm, w.comm, sizeof(m->comm));
}

static __always_inline bool mark_is_for(const struct fence_mark *m, const struct target *to)
{
	return m->dport == to->port && m->family == to->family && target_same(m->daddr, to->addr);
}
