/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel says of a link: where it hangs, which program runs, under which policy. */
#pragma once

#include <linux/types.h>

#include "bpf/fence.h"

struct link_seen {
	__u32 id;
	__u32 program; /* id */
	__u64 cgroup; /* id; 0: detached */
	__u8 tag[8]; /* of the program's code */
	__u32 generation; /* of the policy in it */
	__u8 enforce;
	__u8 with_btf;
	__u8 with_strings;
	__u8 detours; /* some term redirects or answers */
	__u8 follows; /* some term is about cgroups or executables, or limits workloads, which come and go */
	__u8 pad[7];
	__u64 policy; /* first 8 bytes of its hash */
	__u64 terms; /* names the list of terms that its maps are about; 0: it has no settings */
	__u32 rules_at; /* first term of the rules */
	__u32 words; /* of a vector in use */
	__u16 blocked
		[FENCE_PORTS]; /* ports its default speaks of, host order; ends with 0 if shorter */
};

/* 0 or -errno, said; never -ENOENT. */
int link_look(int link_fd, struct link_seen *out);
