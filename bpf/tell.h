/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counting, and records into the ring: every attempt is submitted, summarised or lost, and counted so. */
#pragma once

#include "maps.h"

/* Over half full, the ring takes at most this many records a second of one share of the tree. */
#define SHARE_RECORDS 1024
#define SHARE_WINDOW_NS 1000000000ULL

/* Atomic although per CPU: cgroup programs are preemptible (migrate_disable only). */
static __always_inline void tell_count(__u32 slot)
{
	__u64 *n = bpf_map_lookup_elem(&fence_totals, &slot);

	if (n)
		__sync_fetch_and_add(n, 1);
}

static __always_inline __u64 tell_sequence(void)
{
	__u32 zero = 0;
	__u64 *n = bpf_map_lookup_elem(&fence_seq, &zero);

	return n ? __sync_fetch_and_add(n, 1) + 1 : 0;
}

/* The sequence number is taken before the ring is asked, so that what is refused leaves a gap. */
static __always_inline void tell_head(struct fence_record *r, __u8 kind, __u32 size, __u64 sequence)
{
	r->kind = kind;
	r->version = FENCE_LAYOUT;
	r->cpu = bpf_get_smp_processor_id();
	r->size = size;
	r->sequence = sequence;
	r->time_ns = bpf_ktime_get_boot_ns();
}

/*
 * A cgroup's counters, for an attempt or only for its share; the overflow bucket when the map is full.
 * NULL only if user space broke it.
 */
static __always_inline struct fence_cgroup_totals *tell_cgroup(__u64 id, bool attempt)
{
	struct fence_cgroup_totals *t = bpf_map_lookup_elem(&fence_cgtotals, &id);

	if (t)
		return t;
	bpf_map_update_elem(&fence_cgtotals, &id, (const void *)blank, BPF_NOEXIST);
	t = bpf_map_lookup_elem(&fence_cgtotals, &id);
	if (t)
		return t;
	if (attempt)
		tell_count(SLOT_OVERFLOW);
	id = FENCE_CGROUP_OVERFLOW;
	return bpf_map_lookup_elem(&fence_cgtotals, &id);
}

/*
 * Whether an attempt is told in full. While the ring is over half full a share that has had its
 * records is summarised; a process not seen before goes last.
 */
static __always_inline bool tell_wanted(struct fence_cgroup_totals *share, bool first)
{
	__u64 used = bpf_ringbuf_query(&fence_events, BPF_RB_AVAIL_DATA);
	__u64 size = bpf_ringbuf_query(&fence_events, BPF_RB_RING_SIZE);
	__u64 now;

	if (used < size / 2 || !share)
		return true;
	now = bpf_ktime_get_boot_ns();
	if (now - share->window_ns > SHARE_WINDOW_NS) {
		share->window_ns = now;
		share->window_records = 0;
	}
	if (__sync_fetch_and_add(&share->window_records, 1) < SHARE_RECORDS)
		return true;
	return first && used < size - size / 8;
}

static __always_inline void tell_outcome(struct fence_mark *m, __u8 outcome, __u8 err, __u32 syns)
{
	__u64 sequence = tell_sequence();
	struct fence_outcome *o = bpf_ringbuf_reserve(&fence_events, sizeof(*o), 0);

	m->told = 1;
	if (!o) {
		tell_count(SLOT_OUTCOMES_LOST);
		return;
	}
	tell_head(&o->record, RECORD_OUTCOME, sizeof(*o), sequence);
	o->attempt = m->attempt;
	o->elapsed_ns = o->record.time_ns - m->began_ns;
	o->syns = syns;
	o->outcome = outcome;
	o->err = err;
	o->pad[0] = o->pad[1] = 0;
	bpf_ringbuf_submit(o, 0);
	tell_count(SLOT_OUTCOMES);
}
