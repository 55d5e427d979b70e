/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which of the groups that terms name a process has. */
#pragma once

#include "bits.h"
#include "maps.h"
#include "vmlinux.h"

/* Global as trial_look() is. */
__noinline __u64 groups_bit(__u32 gid)
{
	__u32 *n = bpf_map_lookup_elem(&fence_gids, &gid);

	return n ? 1ULL << (*n & (FENCE_GIDS - 1)) : 0;
}

/* Word number i of the sets of all these groups. */
__noinline __u64 groups_word(__u64 bits, __u32 i)
{
	const struct fence_vector *v;
	__u64 w = 0;
	__u32 key;

	i &= FENCE_WORDS - 1;
	for (int n = 0; n < FENCE_GROUPS + 2 && bits; n++) {
		key = VECTOR_GID + lowest_bit(bits);
		v = bpf_map_lookup_elem(&fence_vectors, &key);
		if (v)
			w |= v->word[i];
		bits &= bits - 1;
	}
	return w;
}

/*
 * Adds those that the running process has besides its real one, read from its credentials; 0 when that is not
 * possible, or they are too many. Without loop variables as offsets, which a pointer to them does not take.
 */
__noinline int groups_more(__u64 *bits)
{
	const struct group_info *more;
	const struct cred *cred;
	int n;

	if (!bits || !settings.with_btf)
		return 0;
	cred = bpf_get_current_task_btf()->cred;
	*bits |= groups_bit(cred->egid.val);
	more = cred->group_info;
	n = more->ngroups;
	if (n > FENCE_GROUPS)
		return 0;
#pragma GCC unroll 32
	for (int i = 0; i < FENCE_GROUPS; i++)
		if (i < n)
			*bits |= groups_bit(more->gid[i].val);
	return 1;
}
