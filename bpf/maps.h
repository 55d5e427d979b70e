/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map. State maps outlive a policy and are shared by pin; policy maps belong to one program set. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

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

/* Apart from the mark: only sockets that were sent elsewhere have one. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct fence_detour);
} fence_detour SEC(".maps");

/* struct fence_limit with its lock as the kernel knows it. */
struct limit_value {
	struct bpf_spin_lock lock;
	__u32 used;
	__u64 start_ns;
	__u32 targets;
	__u32 pad;
	__u32 target[FENCE_LIMIT_TARGETS][4];
};

_Static_assert(sizeof(struct limit_value) == sizeof(struct fence_limit) &&
		       __builtin_offsetof(struct limit_value, used) ==
			       __builtin_offsetof(struct fence_limit, used) &&
		       __builtin_offsetof(struct limit_value, start_ns) ==
			       __builtin_offsetof(struct fence_limit, start_ns) &&
		       __builtin_offsetof(struct limit_value, target) ==
			       __builtin_offsetof(struct fence_limit, target),
	"state layout");

/* No entry goes by itself: user space removes those whose window is long over. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct fence_limit_key);
	__type(value, struct limit_value);
} fence_limits SEC(".maps");

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
	__type(value, struct fence_term);
} fence_terms SEC(".maps");

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
	__type(value, struct fence_to);
} fence_to4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct fence_prefix6);
	__type(value, struct fence_to);
} fence_to6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} fence_uids SEC(".maps");

/* Numbers of the groups that terms name: VECTOR_GID + number is the set. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} fence_gids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct fence_exe);
	__type(value, __u32);
} fence_exes SEC(".maps");

/* Added to while the policy is in force: cgroups come and go. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
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

static __always_inline bool watched(__u16 port)
{
	__u32 word = port >> 6;

	barrier_var(word); /* 6.1 knows no bounds of an or, so the mask must stay */
	return settings.watched[word & 1023] & 1ULL << (port & 63);
}

/*
 * Whether the profile speaks of such targets (enum target_class) in that family. The barriers keep both loads: without
 * CAP_PERFMON one from a place that depends on the family is refused.
 */
static __always_inline bool in_scope(__u8 class, bool v6)
{
	__u32 four = settings.scope4, six = settings.scope6;

	barrier_var(four);
	barrier_var(six);
	return (v6 ? six : four) >> class & 1;
}

/* A new entry of the larger maps: a program's stack has no room for one. */
const volatile __u64 blank[sizeof(struct fence_limit) / 8] SEC(".rodata.blank") = {};

/* NULL until armed: every hook passes and counts nothing. */
static __always_inline struct fence_state *fence_armed(void)
{
	__u32 zero = 0;
	struct fence_state *s = bpf_map_lookup_elem(&fence_state, &zero);

	return s && s->armed ? s : NULL;
}
