/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt before the decision: look-ups, the answer, the mark, the count and the record. */
#pragma once

#include "decide.h"
#include "place.h"
#include "subject.h"
#include "target.h"

/* Vector indexes to ask decide() with. */
struct query {
	__u32 to;
	__u32 uid;
	__u32 euid;
	__u32 exe;
	__u32 cgroup;
	__u8 slot; /* of the port in settings.port */
	__u8 in_scope;
	__u8 blocked;
	__u8 pad;
};

struct trial {
	struct target to;
	struct who who;
	struct query q;
	struct answer a;
	struct place place; /* that decided */
	__u64 netns; /* cookie */
	__u64 sequence; /* of the attempt's record */
	__u64 reader; /* fence_state.reader */
	__u32 ifindex;
	__u8 hook;
	__u8 raw;
	__u8 pad[2];
};

static __always_inline bool watched(__u16 port)
{
	return settings.watched[port >> 6] & 1ULL << (port & 63);
}

static __always_inline void trial_port(struct trial *t)
{
	for (int i = 0; i < FENCE_PORTS && i < settings.ports; i++)
		if (settings.port[i] == t->to.port)
			t->q.slot = i;
	t->q.blocked = settings.blocked >> (t->q.slot & (FENCE_PORTS - 1)) & 1;
}

static __always_inline void trial_to(struct trial *t)
{
	struct fence_prefix6 key6 = { .bits = 128 };
	struct fence_prefix4 key4 = { .bits = 32 };
	__u32 *class;

	t->q.in_scope = settings.scope >> t->to.class & 1;
	t->q.to = VECTOR_TO_OTHER;
	if (!settings.has_to)
		return;
	if (t->to.family == FENCE_AF_INET) {
		__builtin_memcpy(key4.addr, t->to.addr, 4);
		class = bpf_map_lookup_elem(&fence_to4, &key4);
	} else {
		__builtin_memcpy(key6.addr, t->to.addr, 16);
		class = bpf_map_lookup_elem(&fence_to6, &key6);
	}
	if (class)
		t->q.to = *class;
}

static __always_inline __u32 trial_uid(__u32 uid)
{
	__u32 *class;

	if (!settings.has_uid)
		return VECTOR_UID_OTHER;
	if (uid == ~0U)
		return VECTOR_UID_UNKNOWN;
	class = bpf_map_lookup_elem(&fence_uids, &uid);
	return class ? *class : VECTOR_UID_OTHER;
}

static __always_inline __u32 trial_exe(const struct fence_exe *exe)
{
	__u32 *class;

	if (!settings.has_exe)
		return VECTOR_EXE_OTHER;
	if (!exe->ino)
		return VECTOR_EXE_UNKNOWN;
	class = bpf_map_lookup_elem(&fence_exes, exe);
	return class ? *class : VECTOR_EXE_OTHER;
}

static __always_inline const struct fence_vector *trial_vector(__u32 index)
{
	return bpf_map_lookup_elem(&fence_vectors, &index);
}

/* No side effects. Global, so that the verifier sees the decision once, not per caller. */
__noinline int trial_judge(const struct query *key, struct answer *a)
{
	struct question q = {};
	struct fence_rule *rule = NULL;
	__u32 n;

	if (!key || !a)
		return 0;
	q.port = trial_vector(VECTOR_PORT + key->slot);
	q.to = trial_vector(key->to);
	q.to_any = trial_vector(VECTOR_TO_ANY);
	q.uid = trial_vector(key->uid);
	q.euid = trial_vector(key->euid);
	q.exe = trial_vector(key->exe);
	q.cgroup = trial_vector(key->cgroup);
	q.strict = trial_vector(VECTOR_STRICT);
	if (!q.port || !q.to || !q.to_any || !q.uid || !q.euid || !q.exe || !q.cgroup ||
		!q.strict) {
		decide_failsafe(a, key->blocked, REASON_MISS, &settings);
		return 0;
	}
	q.in_scope = key->in_scope;
	q.blocked = key->blocked;
	n = decide_rule(&q, settings.words);
	a->rule = n;
	if (n != FENCE_NO_RULE) {
		rule = bpf_map_lookup_elem(&fence_rules, &n);
		if (!rule) {
			decide_failsafe(a, key->blocked, REASON_MISS, &settings);
			return 0;
		}
	}
	decide(a, &q, rule, &settings);
	return 0;
}

/* The answer for one place; what is too deep to be judged is blocked where the port is. */
static __always_inline void trial_at(struct trial *t, const struct place *p, struct answer *a)
{
	t->q.cgroup = p->class;
	if (p->deep && t->q.in_scope)
		decide_failsafe(a, t->q.blocked, REASON_DEPTH, &settings);
	else
		trial_judge(&t->q, a);
}

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
	m->exe_class = t->q.exe;
	__builtin_memcpy(m->daddr, t->to.addr, sizeof(m->daddr));
	m->dport = t->to.port;
	m->rule = t->a.rule;
	m->version = FENCE_LAYOUT;
	m->family = t->to.family;
	m->verdict = t->a.verdict;
	m->action = t->a.action;
	m->reason = t->a.reason;
	m->told = m->watching = 0;
	__builtin_memcpy(m->comm, t->who.comm, sizeof(m->comm));
}

static __always_inline void trial_record(struct fence_attempt *r, const struct trial *t)
{
	tell_head(&r->record, RECORD_ATTEMPT, sizeof(*r), t->sequence);
	r->id = FENCE_RECORD_ID(r->record.cpu, t->sequence);
	r->start_ns = t->who.start_ns;
	r->cgroup = t->place.id;
	r->policy = settings.policy;
	r->netns = t->netns;
	r->exec_id = t->who.exec_id;
	r->tgid = t->who.tgid;
	r->tid = t->who.tid;
	r->uid = t->who.uid;
	r->euid = t->who.euid;
	r->gid = t->who.gid;
	r->loginuid = t->who.loginuid;
	r->generation = settings.generation;
	r->ifindex = t->ifindex;
	__builtin_memcpy(r->daddr, t->to.addr, sizeof(r->daddr));
	r->dport = t->to.port;
	r->rule = t->a.rule;
	r->family = t->to.family;
	r->mapped = t->to.mapped;
	r->hook = t->hook;
	r->verdict = t->a.verdict;
	r->action = t->a.action;
	r->reason = t->a.reason;
	r->err = t->a.verdict == VERDICT_DENIED && t->a.action == ACTION_BLOCK ? t->a.err : 0;
	r->target = t->to.class;
	r->enforce = settings.enforce;
	r->raw = t->raw;
	__builtin_memset(r->pad, 0, sizeof(r->pad));
	__builtin_memcpy(r->comm, t->who.comm, sizeof(r->comm));
}

/* Counts the attempt, and tells it unless the ring is filling. Global: verified once. */
__noinline int trial_tell(struct trial *t)
{
	struct fence_cgroup_totals *cgroup, *share;
	struct fence_attempt *r = NULL;
	bool fresh;

	if (!t)
		return 0;
	tell_count(FENCE_SLOT(t->a.verdict & 3, t->hook & 7, t->a.reason & 15));
	cgroup = tell_cgroup(t->place.id);
	if (!cgroup)
		return 0;
	__sync_fetch_and_add(&cgroup->by_verdict[t->a.verdict & 3], 1);
	share = t->place.share == t->place.id ? cgroup : tell_cgroup(t->place.share);
	fresh = subject_fresh(&t->who, t->reader);
	if (!tell_wanted(share, fresh)) {
		tell_count(SLOT_SUMMARISED);
		__sync_fetch_and_add(&cgroup->summarised, 1);
		return 0;
	}
	if (fresh)
		subject_tell(&t->who, t->reader);
	r = bpf_ringbuf_reserve(&fence_events, sizeof(*r), 0);
	if (!r) {
		tell_count(SLOT_LOST);
		__sync_fetch_and_add(&cgroup->lost, 1);
		return 0;
	}
	trial_record(r, t);
	bpf_ringbuf_submit(r, 0);
	tell_count(SLOT_SUBMITTED);
	__sync_fetch_and_add(&cgroup->submitted, 1);
	return 0;
}
