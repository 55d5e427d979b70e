/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt counted, and told unless the ring is filling. */
#pragma once

#include "detour.h"
#include "subject.h"
#include "trial.h"

static __always_inline void trial_sent(struct fence_attempt *r, const struct trial *t)
{
	const struct fence_term *term = NULL;
	struct target sent = {};
	__u32 bit = t->a.term;

	if (settings.has_detour && t->a.verdict > VERDICT_DENIED)
		term = bpf_map_lookup_elem(&fence_terms, &bit);
	if (term)
		detour_find(&sent, term, t->to.family);
	__builtin_memcpy(r->sent, sent.addr, sizeof(r->sent));
	r->sent_port = sent.port;
	r->sent_family = sent.family;
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
	trial_sent(r, t);
	r->dport = t->to.port;
	r->rule = t->a.rule;
	r->family = t->to.family;
	r->mapped = t->to.mapped;
	r->hook = t->hook;
	r->verdict = t->a.verdict;
	r->action = t->a.action;
	r->reason = t->a.reason;
	r->err = t->a.verdict == VERDICT_DENIED && t->a.action != ACTION_DROP ? t->a.err : 0;
	r->target = t->to.class;
	r->enforce = settings.enforce;
	r->raw = t->raw;
	__builtin_memset(r->pad, 0, sizeof(r->pad));
	__builtin_memcpy(r->comm, t->who.comm, sizeof(r->comm));
}

/*
 * One more in a field of a cgroup's totals. The barrier keeps the compiler from making one addition at
 * a variable offset of several: without CAP_PERFMON that is refused.
 */
#define ACCOUNT(totals, field)                                                                     \
	({                                                                                         \
		barrier_var(totals);                                                               \
		__sync_fetch_and_add(&(totals)->field, 1);                                         \
	})

static __always_inline void account_verdict(struct fence_cgroup_totals *c, __u8 verdict)
{
	if (verdict == VERDICT_DENIED)
		ACCOUNT(c, by_verdict[VERDICT_DENIED]);
	else if (verdict == VERDICT_AUDITED)
		ACCOUNT(c, by_verdict[VERDICT_AUDITED]);
	else if (verdict == VERDICT_REDIRECTED)
		ACCOUNT(c, by_verdict[VERDICT_REDIRECTED]);
	else if (verdict == VERDICT_ANSWERED)
		ACCOUNT(c, by_verdict[VERDICT_ANSWERED]);
	else
		ACCOUNT(c, by_verdict[VERDICT_ALLOWED]);
}

/* Counts the attempt, and tells it unless the ring is filling. Global: verified once. */
__noinline int trial_tell(struct trial *t)
{
	struct fence_cgroup_totals *cgroup, *share;
	struct fence_state *state = fence_armed();
	__u64 reader = state ? state->reader : 0;
	struct fence_attempt *r = NULL;
	bool fresh;

	if (!t)
		return 0;
	tell_count(FENCE_SLOT(t->a.verdict & 7, t->hook & 15, t->a.reason & 31));
	cgroup = tell_cgroup(t->place.id, true);
	if (!cgroup)
		return 0;
	account_verdict(cgroup, t->a.verdict);
	share = t->place.share == t->place.id ? cgroup : tell_cgroup(t->place.share, false);
	fresh = subject_fresh(&t->who, reader);
	if (!tell_wanted(share, fresh)) {
		tell_count(SLOT_SUMMARISED);
		ACCOUNT(cgroup, summarised);
		return 0;
	}
	if (fresh)
		subject_tell(&t->who, reader);
	r = bpf_ringbuf_reserve(&fence_events, sizeof(*r), 0);
	if (!r) {
		tell_count(SLOT_LOST);
		ACCOUNT(cgroup, lost);
		return 0;
	}
	trial_record(r, t);
	bpf_ringbuf_submit(r, 0);
	tell_count(SLOT_SUBMITTED);
	ACCOUNT(cgroup, submitted);
	return 0;
}
