/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `limit`: so many connections, to so many different targets, in a window; then blocked until it ends. */
#pragma once

#include <bpf/bpf_endian.h>

#include "trial.h"
#include "window.h"

static __always_inline struct limit_value *limit_state(const struct fence_limit_key *key)
{
	struct limit_value *l = bpf_map_lookup_elem(&fence_limits, key);

	if (l)
		return l;
	/* Of two at the same time one is refused, and finds the other's. */
	bpf_map_update_elem(&fence_limits, key, (const void *)blank, BPF_NOEXIST);
	return bpf_map_lookup_elem(&fence_limits, key);
}

/* User space takes out windows that are long over: what was counted in one that is going must be counted again. */
static __always_inline bool limit_stands(const struct fence_limit_key *key, __u64 start_ns)
{
	const struct limit_value *l = bpf_map_lookup_elem(&fence_limits, key);

	return l && l->start_ns == start_ns;
}

/* A workload's, whichever of its cgroups it is. The barrier is as in in_scope(). */
static __always_inline __u64 limit_whose(const struct place *p)
{
	__u64 whole = p->share;

	barrier_var(whole);
	return p->whole ? whole : p->id;
}

#define LIMIT_AGAIN 1

/*
 * For an attempt whose last answer is to be limited; what cannot be counted is over it, at the last try. Global
 * as trial_judge() is.
 */
__noinline int limit_take(struct trial *t, __u32 last)
{
	__u32 bit, to[4];
	const struct fence_term *term;
	struct fence_limit_key key;
	struct limit_value *l;
	__u64 now, start = 0;
	bool fits = false;

	if (!t)
		return 0;
	bit = t->a.term;
	term = bpf_map_lookup_elem(&fence_terms, &bit);
	if (!term) {
		decide_over(&t->a, NULL, &settings);
		return 0;
	}
	key.limit = term->limit;
	key.cgroup = limit_whose(&t->place);
	l = limit_state(&key);
	__builtin_memcpy(to, t->to.addr, sizeof(to));
	if (t->to.family == FENCE_AF_INET) {
		to[3] = to[0];
		to[0] = to[1] = 0;
		to[2] = bpf_htonl(0xffff);
	}
	now = bpf_ktime_get_boot_ns();
	if (l) {
		bpf_spin_lock(&l->lock);
		fits = limit_count(l, term, to, now);
		start = l->start_ns;
		bpf_spin_unlock(&l->lock);
	}
	if (fits && !limit_stands(&key, start)) {
		if (!last)
			return LIMIT_AGAIN;
		fits = false;
	}
	if (!fits)
		decide_over(&t->a, term, &settings);
	return 0;
}

static __always_inline void limit_ask(struct trial *t)
{
	if (settings.has_limit && t->a.action == ACTION_LIMIT && t->a.verdict == VERDICT_ALLOWED &&
		limit_take(t, 0) == LIMIT_AGAIN)
		limit_take(t, 1);
}
