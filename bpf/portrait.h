/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The fields of a subject record, read from the running task. */
#pragma once

#include <bpf/bpf_core_read.h>

#include "who.h"

static __always_inline void portrait_ancestors(struct fence_subject *s, struct task_struct *task)
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

static __always_inline void portrait_ids(
	struct fence_subject *s, const struct who *w, struct task_struct *task)
{
	__builtin_memset((void *)s + sizeof(s->record), 0, sizeof(*s) - sizeof(s->record));
	s->start_ns = w->start_ns;
	s->cgroup =
		BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id); /* 6.1 has no helper in egress */
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

static __always_inline void portrait_argv(
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
