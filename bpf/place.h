/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where in the cgroup tree: an id, and the class of rules that speak of it. */
#pragma once

#include "maps.h"

/* Shares of the ring go by ancestors at this level, so that a subtree gains nothing by mkdir. */
#define SHARE_LEVEL 3

struct place {
	__u64 id; /* FENCE_CGROUP_NONE unknown */
	__u64 share; /* whose share of the ring it uses */
	__u32 class; /* vector index */
	__u8 deep; /* deeper than FENCE_DEPTH: unknown */
	__u8 whole; /* `share` is the workload, which no mkdir leaves */
	__u8 known; /* of a socket's: some cgroup met so far is */
	__u8 pad[1];
};

/* The root, and so many below it. */
#define PLACE_LEVELS (FENCE_DEPTH + 1)

/* A search from the root down: the deepest known cgroup decides. */
struct place_search {
	__u32 class; /* unknown before the first step */
	__u32 below; /* what is found if one more level exists */
};

/* Whether cgroups are looked up at all. */
static __always_inline bool place_asked(void)
{
	return settings.has_cgroup || settings.has_limit;
}

static __always_inline void place_step(struct place_search *s, struct place *p, __u64 id)
{
	struct fence_cgroup_class *c = bpf_map_lookup_elem(&fence_cgroups, &id);

	if (!c) {
		s->class = s->below;
		return;
	}
	s->class = c->own;
	s->below = c->below;
	if (settings.has_limit && c->whole && !p->whole) {
		p->share = id;
		p->whole = 1;
	}
}

/* Global as trial_judge() is. */
__noinline int place_current(struct place *p)
{
	struct place_search s = { .class = VECTOR_CGROUP_UNKNOWN, .below = VECTOR_CGROUP_OTHER };
	__u64 id;

	if (!p)
		return 0;
	p->id = bpf_get_current_cgroup_id();
	p->share = bpf_get_current_ancestor_cgroup_id(SHARE_LEVEL) ?: p->id;
	p->whole = 0;
	for (int i = 0; i < PLACE_LEVELS; i++) {
		id = bpf_get_current_ancestor_cgroup_id(i);
		if (!place_asked() || !id)
			break;
		place_step(&s, p, id);
	}
	p->deep = settings.has_cgroup && bpf_get_current_ancestor_cgroup_id(PLACE_LEVELS);
	p->class = p->deep ? VECTOR_CGROUP_UNKNOWN : s.class;
	return 0;
}

__noinline int place_packet(struct __sk_buff *skb, struct place *p)
{
	struct place_search s = { .class = VECTOR_CGROUP_UNKNOWN, .below = VECTOR_CGROUP_OTHER };
	__u64 id;

	if (!p)
		return 0;
	p->id = bpf_skb_cgroup_id(skb) ?: FENCE_CGROUP_NONE;
	p->share = bpf_skb_ancestor_cgroup_id(skb, SHARE_LEVEL) ?: p->id;
	p->whole = 0;
	for (int i = 0; i < PLACE_LEVELS; i++) {
		id = bpf_skb_ancestor_cgroup_id(skb, i);
		if (!place_asked() || !id)
			break;
		place_step(&s, p, id);
	}
	p->deep = settings.has_cgroup && bpf_skb_ancestor_cgroup_id(skb, PLACE_LEVELS);
	p->class = p->deep ? VECTOR_CGROUP_UNKNOWN : s.class;
	return 0;
}
