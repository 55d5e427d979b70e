/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What mountinfo says: proc(5), /proc/PID/mountinfo. */
#pragma once

#include <stdint.h>

/* One mount; strings are unescaped and live until visit() returns. */
struct mounts_entry {
	int id; /* mnt_id of fdinfo */
	uint32_t major, minor; /* of the superblock: the kernel's s_dev */
	const char *root; /* of the mount within its file system */
	const char *dir; /* mount point as this process sees it */
	const char *type; /* "cgroup2" */
};

/*
 * Calls visit(entry, arg) for each mount in `file` (NULL: /proc/self/mountinfo), stops at non-zero
 * and returns it. Lines it cannot read are passed over. -errno when the file cannot be read, not
 * said.
 */
int mounts_each(const char *file, int (*visit)(const struct mounts_entry *m, void *arg), void *arg);
