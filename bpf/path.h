/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The path of an open file, by its dentries and mounts: bpf_d_path() is refused in our hooks. */
#pragma once

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "vmlinux.h"

#define NAME_ROOM 256 /* NAME_MAX and its zero */
#define PATH_COMPONENTS 32

/* One component; false at the root of the process's mount namespace. */
static __always_inline bool path_step(struct dentry **dentry, struct mount **mnt)
{
	struct dentry *d = *dentry, *parent;
	struct mount *m = *mnt, *up;

	if (d == BPF_CORE_READ(m, mnt.mnt_root)) {
		up = BPF_CORE_READ(m, mnt_parent);
		if (up == m)
			return false;
		*dentry = BPF_CORE_READ(m, mnt_mountpoint);
		*mnt = up;
		return true;
	}
	parent = BPF_CORE_READ(d, d_parent);
	if (parent == d)
		return false;
	*dentry = parent;
	return true;
}

/*
 * Components from the leaf up, each with its zero; bytes is 0 before. Steps over mount points count as
 * components. True when the root was reached within `room`, a power of two. What has been written is kept
 * in the record only: read from there it is any number to the verifier, and paths of all lengths are one.
 */
static __always_inline bool path_read(
	struct file *file, char *to, __u32 room, volatile __u16 *bytes)
{
	struct vfsmount *vfs = BPF_CORE_READ(file, f_path.mnt);
	struct dentry *d = BPF_CORE_READ(file, f_path.dentry);
	struct mount *m = (void *)vfs - bpf_core_field_offset(struct mount, mnt);

	for (int i = 0; i < PATH_COMPONENTS; i++) {
		bool named = d != BPF_CORE_READ(m, mnt.mnt_root);
		struct dentry *leaf = d;
		bool top = !path_step(&d, &m);
		const unsigned char *name;
		long n;

		/* A memfd has a name, though no place in any tree. */
		if (named && !(top && *bytes)) {
			name = BPF_CORE_READ(leaf, d_name.name);
			if (*bytes >= room)
				break;
			n = bpf_probe_read_kernel_str(to + (*bytes & (room - 1)), NAME_ROOM, name);
			if (n < 0)
				break;
			*bytes += n;
		}
		if (top)
			return true;
	}
	if (*bytes > room)
		*bytes = room;
	return false;
}
