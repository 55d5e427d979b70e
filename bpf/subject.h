/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The long record of who tried: exe path, arguments, ancestors; once per process and exec. */
#pragma once

#include <asm-generic/errno-base.h>
#include <bpf/bpf_core_read.h>

#include "tell.h"
#include "who.h"

#define NAME_ROOM 256 /* NAME_MAX and its zero */
#define PATH_COMPONENTS 32

/* Two size classes, so that a usual process costs 1.4 KB of the ring and an unusual one is whole. */
#define SMALL_PATH 256
#define SMALL_ARGV 512
#define LARGE_PATH 4096
#define LARGE_ARGV 4096

/* The slack behind the path keeps every write of one component inside, as the verifier wants. */
struct subject_small {
	struct fence_subject head;
	char path[SMALL_PATH + NAME_ROOM];
	char argv[SMALL_ARGV];
};

struct subject_large {
	struct fence_subject head;
	char path[LARGE_PATH + NAME_ROOM];
	char argv[LARGE_ARGV];
};

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
 * Components from the leaf up, each with its zero. Steps over mount points count as components. True
 * when the root was reached within `room`.
 */
static __always_inline bool path_read(struct file *file, char *to, __u32 room, __u16 *bytes)
{
	struct vfsmount *vfs = BPF_CORE_READ(file, f_path.mnt);
	struct dentry *d = BPF_CORE_READ(file, f_path.dentry);
	struct mount *m = (void *)vfs - bpf_core_field_offset(struct mount, mnt);
	__u32 at = 0;

	for (int i = 0; i < PATH_COMPONENTS; i++) {
		bool named = d != BPF_CORE_READ(m, mnt.mnt_root);
		struct dentry *leaf = d;
		long n;

		if (!path_step(&d, &m)) {
			*bytes = at;
			return true;
		}
		if (!named)
			continue;
		if (at >= room)
			break;
		n = bpf_probe_read_kernel_str(to + at, NAME_ROOM, BPF_CORE_READ(leaf, d_name.name));
		if (n < 0)
			break;
		at += n & (NAME_ROOM - 1);
	}
	*bytes = at < room ? at : room;
	return false;
}

static __always_inline void subject_ancestors(struct fence_subject *s, struct task_struct *task)
{
	struct task_struct *up = task;

	for (int i = 0; i < FENCE_ANCESTORS; i++) {
		struct fence_ancestor *a = &s->ancestor[i];

		up = BPF_CORE_READ(up, real_parent, group_leader);
		if (!up || !BPF_CORE_READ(up, tgid))
			break;
		a->start_ns = BPF_CORE_READ(up, start_boottime);
		a->tgid = BPF_CORE_READ(up, tgid);
		a->uid = BPF_CORE_READ(up, cred, uid.val);
		BPF_CORE_READ_INTO(&a->comm, up, comm);
		s->ancestors = i + 1;
	}
}

static __always_inline void subject_ids(
	struct fence_subject *s, const struct who *w, struct task_struct *task)
{
	__builtin_memset((void *)s + sizeof(s->record), 0, sizeof(*s) - sizeof(s->record));
	s->start_ns = w->start_ns;
	s->cgroup = bpf_get_current_cgroup_id();
	s->exe_dev = w->exe.dev;
	s->exe_ino = w->exe.ino;
	s->exec_id = w->exec_id;
	s->tgid = w->tgid;
	s->uid = w->uid;
	s->euid = w->euid;
	s->gid = w->gid;
	s->egid = BPF_CORE_READ(task, cred, egid.val);
	s->loginuid = w->loginuid;
	s->sessionid = BPF_CORE_READ(task, sessionid);
	s->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	BPF_CORE_READ_INTO(&s->comm, task, group_leader, comm);
}

static __always_inline void subject_argv(
	struct fence_subject *s, struct mm_struct *mm, char *to, __u32 room)
{
	unsigned long from = BPF_CORE_READ(mm, arg_start);
	__u64 n = BPF_CORE_READ(mm, arg_end) - from;

	s->argv_cut = n > room;
	if (n > room)
		n = room;
	barrier_var(n);
	if (!n || n > room || bpf_probe_read_user(to, n, (void *)from))
		return;
	s->argv_bytes = n;
}

/*
 * False when it did not fit and `retry` is set: nothing is told then. The bodies are the same but for
 * their sizes, which the verifier needs as constants.
 */
#define SUBJECT_TELL(class)                                                                        \
	static __noinline int subject_tell_##class(const struct who *w, bool retry)                \
	{                                                                                          \
		struct task_struct *task = (void *)bpf_get_current_task();                         \
		struct mm_struct *mm = BPF_CORE_READ(task, mm);                                    \
		struct file *exe = BPF_CORE_READ(mm, exe_file);                                    \
		__u64 sequence = tell_sequence();                                                  \
		struct subject_##class *s;                                                         \
                                                                                                   \
		s = bpf_ringbuf_reserve(&fence_events, sizeof(*s), 0);                             \
		if (!s)                                                                            \
			return -ENOSPC;                                                            \
		tell_head(&s->head.record, RECORD_SUBJECT, sizeof(*s), sequence);                  \
		subject_ids(&s->head, w, task);                                                    \
		subject_ancestors(&s->head, task);                                                 \
		s->head.exe_deleted = exe && !BPF_CORE_READ(exe, f_path.dentry, d_hash.pprev);     \
		s->head.path_cut = !path_read(                                                     \
			exe, s->path, sizeof(s->path) - NAME_ROOM, &s->head.path_bytes);           \
		s->head.argv_at = sizeof(s->path);                                                 \
		subject_argv(&s->head, mm, s->argv, sizeof(s->argv));                              \
		if (retry && (s->head.path_cut || s->head.argv_cut)) {                             \
			bpf_ringbuf_discard(s, 0);                                                 \
			return -E2BIG;                                                             \
		}                                                                                  \
		bpf_ringbuf_submit(s, 0);                                                          \
		return 0;                                                                          \
	}

SUBJECT_TELL(small)
SUBJECT_TELL(large)

static __always_inline struct fence_seen_key subject_key(const struct who *w)
{
	struct fence_seen_key k = { w->start_ns, w->tgid, w->exec_id };

	return k;
}

/* Not told yet to the reader there is now, and can be told: it runs, and the kernel lets us look. */
static __always_inline bool subject_fresh(const struct who *w, __u64 reader)
{
	struct fence_seen_key key = subject_key(w);
	__u64 *told;

	if (!settings.with_strings || !w->running)
		return false;
	told = bpf_map_lookup_elem(&fence_seen, &key);
	return !told || *told != reader;
}

static __always_inline void subject_tell(const struct who *w, __u64 reader)
{
	struct fence_seen_key key = subject_key(w);
	int err = subject_tell_small(w, true);

	if (err == -E2BIG)
		err = subject_tell_large(w, false);
	if (err) {
		tell_count(SLOT_SUBJECTS_LOST);
		return;
	}
	tell_count(SLOT_SUBJECTS);
	bpf_map_update_elem(&fence_seen, &key, &reader, BPF_ANY);
}
