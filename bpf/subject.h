/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The long record of who tried: exe path, arguments, ancestors; once per process and exec. */
#pragma once

#include <asm-generic/errno-base.h>
#include <bpf/bpf_core_read.h>

#include "path.h"
#include "portrait.h"
#include "tell.h"
#include "who.h"

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
		portrait_ids(&s->head, w, task);                                                   \
		portrait_ancestors(&s->head, task);                                                \
		s->head.exe_deleted = exe && !BPF_CORE_READ(exe, f_path.dentry, d_hash.pprev);     \
		s->head.path_cut = !path_read(                                                     \
			exe, s->path, sizeof(s->path) - NAME_ROOM, &s->head.path_bytes);           \
		s->head.argv_at = sizeof(s->path);                                                 \
		portrait_argv(&s->head, mm, s->argv, sizeof(s->argv));                             \
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
