/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who tries: the running process, read in the hook, never later from /proc. */
#pragma once

#include "maps.h"
#include "vmlinux.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

struct who {
	__u64 start_ns; /* 0 unknown */
	__u64 cgroup;
	struct fence_exe exe; /* 0 unknown */
	__u32 exec_id;
	__u32 tgid; /* 0 unknown */
	__u32 tid;
	__u32 uid; /* ~0 unknown */
	__u32 euid;
	__u32 gid;
	__u32 loginuid;
	__u32 pad;
	char comm[FENCE_COMM];
};

static __always_inline void who_unknown(struct who *w)
{
	__builtin_memset(w, 0, sizeof(*w));
	w->uid = w->euid = w->gid = w->loginuid = ~0U;
	w->cgroup = FENCE_CGROUP_NONE;
}

static __always_inline void who_btf(struct who *w, struct task_struct *task)
{
	const struct cred *cred = task->cred;
	struct file *exe;

	w->start_ns = task->group_leader->start_boottime;
	w->exec_id = task->self_exec_id;
	w->loginuid = task->loginuid.val;
	w->euid = cred->euid.val;
	if (!task->mm)
		return;
	exe = task->mm->exe_file;
	if (!exe)
		return;
	w->exe.dev = exe->f_inode->i_sb->s_dev;
	w->exe.ino = exe->f_inode->i_ino;
}

/*
 * The caller of a connect or socket hook. A kernel thread acts for somebody else (an MPTCP subflow, a
 * kernel client): then nothing is known, and the socket alone is judged.
 */
static __always_inline void who_read(struct who *w)
{
	struct task_struct *task = NULL;
	__u64 ids;

	who_unknown(w);
	if (settings.with_btf) {
		task = bpf_get_current_task_btf();
		if (task->flags & PF_KTHREAD)
			return;
	}
	ids = bpf_get_current_pid_tgid();
	w->tgid = ids >> 32;
	w->tid = ids;
	ids = bpf_get_current_uid_gid();
	w->uid = w->euid = ids;
	w->gid = ids >> 32;
	w->cgroup = bpf_get_current_cgroup_id();
	if (settings.with_btf)
		who_btf(w, task);
	if (settings.with_strings)
		bpf_get_current_comm(w->comm, sizeof(w->comm));
}
