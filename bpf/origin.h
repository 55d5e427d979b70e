/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The place of a socket: the cgroup of its maker, from there up to the root. */
#pragma once

#include "place.h"
#include "vmlinux.h"

/*
 * A cgroup on the way up: the first that is known decides, the last workload that is met is the topmost.
 * Global, so that the verifier sees it once: 6.1 would follow what each step found to the end.
 */
__noinline int place_above(struct place *p, __u64 id)
{
	struct fence_cgroup_class *known = bpf_map_lookup_elem(&fence_cgroups, &id);

	if (!p || !known)
		return 0;
	if (!p->known)
		p->class = id == p->id ? known->own : known->below;
	p->known = 1;
	if (settings.has_limit && known->whole) {
		p->share = id;
		p->whole = 1;
	}
	return 1;
}

/*
 * The socket's own cgroup, leaf first: cgroup->ancestors[] is refused by 6.18's verifier. The walk
 * must end at the root, or a delegated subtree could hide by depth. Those too far from it share one limit.
 */
static __always_inline void place_socket(struct place *p, struct cgroup *c)
{
	bool far = c->level > FENCE_DEPTH;
	struct cgroup_subsys_state *up;

	p->id = c->kn->id;
	p->share = settings.has_limit && far ? FENCE_CGROUP_NONE : p->id;
	p->whole = settings.has_limit && far;
	p->deep = settings.has_cgroup && far;
	p->class = p->deep ? VECTOR_CGROUP_UNKNOWN : VECTOR_CGROUP_OTHER;
	p->known = 0;
	if (far || !place_asked())
		return;
	for (int i = 0; i < PLACE_LEVELS; i++) {
		if (place_above(p, c->kn->id) && !settings.has_limit)
			return;
		up = c->self.parent;
		if (!up)
			return;
		c = up->cgroup;
	}
}
