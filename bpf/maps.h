/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map. State maps outlive a policy and are shared by pin; policy maps belong to one program set. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "fence.h"

/* ---- state: frozen layout ---- */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fence_state);
} fence_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FENCE_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} fence_totals SEC(".maps");

/* Not preallocated: 100,000 cgroups cost memory only once they have tried. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 131072);
	__type(key, __u64);
	__type(value, struct fence_cgroup_totals);
} fence_cgtotals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} fence_events SEC(".maps");

/* Next sequence number of each CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} fence_seq SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct fence_mark);
} fence_mark SEC(".maps");

/* Subjects already told. A cache: what falls out is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct fence_seen_key);
	__type(value, __u64); /* fence_state.reader it was told to */
} fence_seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fence_cursor);
} fence_cursor SEC(".maps");

/* ---- policy: sizes set by user space before load ---- */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fence_rule);
} fence_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VECTOR_FIRST);
	__type(key, __u32);
	__type(value, struct fence_vector);
} fence_vectors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct fence_prefix4);
	__type(value, __u32);
} fence_to4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct fence_prefix6);
	__type(value, __u32);
} fence_to6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} fence_uids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct fence_exe);
	__type(value, __u32);
} fence_exes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct fence_cgroup_class);
} fence_cgroups SEC(".maps");

/* Addresses of the host's own network namespace: IPv6, or IPv4 as v4-mapped. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(key_size, 16);
	__uint(value_size, 1);
} fence_own SEC(".maps");

/* In .rodata: constants to the verifier, so that what is switched off is never even visited. */
const volatile struct fence_settings settings = {};

/* NULL until armed: every hook passes and counts nothing. */
static __always_inline struct fence_state *fence_armed(void)
{
	__u32 zero = 0;
	struct fence_state *s = bpf_map_lookup_elem(&fence_state, &zero);

	return s && s->armed ? s : NULL;
}
