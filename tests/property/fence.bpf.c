/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All programs, and one that has the hooks' look-ups and decision judge an attempt that it is told of. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "tests/property/lib/told.h"

struct told told;

/* Instead of the clock, and of where the running task is. All else is the hooks' own. */
#define bpf_ktime_get_boot_ns() (told.now_ns)
#define bpf_get_current_cgroup_id() told_level(told.levels - 1)
#define bpf_get_current_ancestor_cgroup_id(level) told_level(level)

static __always_inline __u64 told_level(__u32 level)
{
	return level < told.levels ? told.caller[level & (TOLD_LEVELS - 1)] : 0;
}

#include "bpf/fence.bpf.c"

struct cgroup *bpf_cgroup_from_id(__u64 id) __ksym;
void bpf_cgroup_release(struct cgroup *c) __ksym;

/* Its other groups groups_more() reads, if it runs. */
static __always_inline void told_who(struct who *w)
{
	who_unknown(w);
	w->running = told.running;
	w->uid = told.uid;
	w->euid = told.euid;
	w->gid = told.gid;
	w->exe = told.exe;
}

/*
 * As connect_judge(), up to where an answer has effects. No SEC("syscall"), since all of those are sleepable, and what
 * sleeps may not look into an LPM trie; the packet means nothing.
 */
SEC("tc")
int fence_told(struct __sk_buff *skb)
{
	struct answer open = {
		.rule = FENCE_NO_RULE, .term = FENCE_NO_RULE, .reason = REASON_OPEN
	};
	struct trial t = {};
	struct cgroup *c;

	(void)skb;
	t.q.relays = told.relays;
	t.to.port = told.port;
	__builtin_memcpy(t.to.addr, told.addr, sizeof(t.to.addr));
	told.answer = open;
	if (!watched(t.to.port))
		return 0;
	connect_class(&t, told.v6);
	told_who(&t.who);
	trial_look(&t);
	both_caller(&t);
	c = told.socket ? bpf_cgroup_from_id(told.socket) : NULL;
	if (c) {
		both_socket(&t, c);
		bpf_cgroup_release(c);
	}
	told.answer = t.a;
	return 0;
}
