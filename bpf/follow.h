/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the follower of cgroups is told by its own kernel programs. */
#pragma once

#include <linux/types.h>

#define FOLLOW_PATH 1024 /* TRACE_CGROUP_PATH_LEN of the kernel, which cuts there */

enum follow_kind {
	FOLLOW_MADE = 1,
	FOLLOW_GONE,
};

/* Record of fence_cgnews, cut behind the path's zero. */
struct follow_news {
	__u64 id; /* 64-bit cgroup id */
	__u32 kind; /* enum follow_kind */
	__u32 cut; /* 1: the path was longer than the kernel tells */
	char path[FOLLOW_PATH]; /* below the v2 root, with a zero */
};
