/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who tries: the running process, read in the hook, never later from /proc. */
#pragma once

#include "maps.h"
#include "vmlinux.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

struct who {
	__u64 start_ns; /* 0 unknown */
	struct fence_exe exe; /* 0 unknown */
	__u32 exec_id;
	__u32 tgid; /* 0 unknown */
	__u32 tid;
	__u32 uid; /* ~0 unknown */
	__u32 euid;
	__u32 gid;
	__u32 loginuid;
	__u32 running; /* 1: it is the task that runs this hook */
	char comm[FENCE_COMM];
};

static __always_inline void who_unknown(struct who *w)
{
	__builtin_memset(w, 0, sizeof(*w));
	w->uid = w->euid = w->gid = w->loginuid = ~0U;
}

static __always_inline void who_btf(struct who *w, struct task_struct *task)
{
	struct file *exe;

	w->start_ns = task->group_leader->start_boottime;
	w->exec_id = task->self_exec_id;
	w->loginuid = task->loginuid.val;
	w->euid = task->cred->euid.val;
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
	w->running = 1;
	ids = bpf_get_current_pid_tgid();
	w->tgid = ids >> 32;
	w->tid = ids;
	ids = bpf_get_current_uid_gid();
	w->uid = w->euid = ids;
	w->gid = ids >> 32;
	if (settings.with_btf)
		who_btf(w, task);
	if (settings.with_btf)
		bpf_get_current_comm(w->comm, sizeof(w->comm));
}

/*
 * Whom a mark names. Whether that is the running task decides a packet hook, where the kernel may
 * have borrowed any task: only the same process, by tgid and start time, is believed.
 */
static __always_inline void who_from_mark(struct who *w, const struct fence_mark *m)
{
	struct task_struct *task;

	who_unknown(w);
	w->start_ns = m->start_ns;
	w->exe = m->exe;
	w->exec_id = m->exec_id;
	w->tgid = m->tgid;
	w->uid = m->uid;
	w->euid = m->euid;
	w->gid = m->gid;
	w->loginuid = m->loginuid;
	__builtin_memcpy(w->comm, m->comm, sizeof(w->comm));
	if (!settings.with_btf)
		return;
	task = bpf_get_current_task_btf();
	w->running = m->tgid && (__u32)task->tgid == m->tgid &&
		     task->group_leader->start_boottime == m->start_ns &&
		     (__u32)task->self_exec_id == m->exec_id;
}
