/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt on trial: what is known of it, and the look-ups for the decision. */
#pragma once

#include "decide.h"
#include "groups.h"
#include "place.h"
#include "target.h"
#include "who.h"

/* Vector indexes to ask decide() with. */
struct query {
	__u64 groups; /* bit N: has the group whose terms are VECTOR_GID + N */
	__u32 to;
	__u32 any;
	__u32 uid;
	__u32 euid;
	__u32 exe;
	__u32 cgroup;
	__u8 slot; /* of the port in settings.port */
	__u8 in_scope;
	__u8 blocked;
	__u8 relays; /* RELAY_* */
	__u8 groups_unknown; /* there may be more */
	__u8 pad[3];
};

struct trial {
	struct target to;
	struct who who;
	struct query q;
	struct answer a;
	struct place place; /* that decided */
	__u64 netns; /* cookie */
	__u64 sequence; /* of the attempt's record */
	__u32 ifindex;
	__u8 hook;
	__u8 raw;
	__u8 found; /* of a packet, enum packet_find */
	__u8 opens; /* it shows TCP's flags: SYN without ACK */
};

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
	struct fence_to *class;

	t->q.in_scope = in_scope(t->to.class, t->to.family == FENCE_AF_INET6);
	t->q.to = VECTOR_TO_OTHER;
	t->q.any = VECTOR_TO_ANY;
	if (!settings.has_to)
		return;
	if (t->to.family == FENCE_AF_INET) {
		__builtin_memcpy(key4.addr, t->to.addr, 4);
		class = bpf_map_lookup_elem(&fence_to4, &key4);
	} else {
		__builtin_memcpy(key6.addr, t->to.addr, 16);
		class = bpf_map_lookup_elem(&fence_to6, &key6);
	}
	if (!class)
		return;
	t->q.to = class->named;
	t->q.any = class->any;
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
	struct fence_exe key = *exe; /* 6.1 takes no key from a global function's argument */
	__u32 *class;

	if (!settings.has_exe)
		return VECTOR_EXE_OTHER;
	if (!key.ino)
		return VECTOR_EXE_UNKNOWN;
	class = bpf_map_lookup_elem(&fence_exes, &key);
	return class ? *class : VECTOR_EXE_OTHER;
}

/*
 * All look-ups but the place. Global, so that the verifier sees them once and takes what they find for
 * any value: without CAP_PERFMON it would follow each combination to the end.
 */
__noinline int trial_look(struct trial *t)
{
	if (!t)
		return 0;
	trial_port(t);
	trial_to(t);
	t->q.uid = trial_uid(t->who.uid);
	t->q.euid = trial_uid(t->who.euid);
	t->q.exe = trial_exe(&t->who.exe);
	if (!settings.has_gid)
		return 0;
	t->q.groups = t->who.gid == ~0U ? 0 : groups_bit(t->who.gid);
	t->q.groups_unknown = !t->who.running || !groups_more(&t->q.groups);
	return 0;
}
