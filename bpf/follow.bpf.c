/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tells of each cgroup that is made or removed in the v2 tree. Judges nothing. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "fence.h"
#include "follow.h"
#include "vmlinux.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 << 10);
} fence_cgnews SEC(".maps");

/*
 * A record before it is cut to size. One is enough: the kernel calls both tracepoints under one spin lock,
 * with interrupts off (trace_cgroup_path_lock).
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct follow_news);
} fence_cgdraft SEC(".maps");

/* Records that found the ring full: the reader then looks at the whole tree. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} fence_cgmissed SEC(".maps");

/* TP_PROTO(struct cgroup *cgrp, const char *path) of both. */
static __always_inline void tell(const __u64 *ctx, __u32 kind)
{
	struct cgroup *c = (struct cgroup *)ctx[0];
	__u32 zero = 0;
	struct follow_news *n = bpf_map_lookup_elem(&fence_cgdraft, &zero);
	__u64 *missed = bpf_map_lookup_elem(&fence_cgmissed, &zero);
	long bytes;

	/* Hierarchy 0 is v2's; deeper than FENCE_DEPTH is unknown whatever it is called. */
	if (!n || !missed || c->root->hierarchy_id || c->level > FENCE_DEPTH)
		return;
	n->id = c->kn->id;
	n->kind = kind;
	bytes = bpf_probe_read_kernel_str(n->path, sizeof(n->path), (const void *)ctx[1]);
	if (bytes < 1 || bytes > FOLLOW_PATH)
		bytes = 1;
	n->cut = bytes == 1 || bytes == FOLLOW_PATH;
	n->path[(bytes - 1) & (FOLLOW_PATH - 1)] = 0;
	if (bpf_ringbuf_output(
		    &fence_cgnews, n, __builtin_offsetof(struct follow_news, path) + bytes, 0))
		__sync_fetch_and_add(missed, 1);
}

SEC("tp_btf/cgroup_mkdir")
int fence_cgmade(__u64 *ctx)
{
	tell(ctx, FOLLOW_MADE);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int fence_cggone(__u64 *ctx)
{
	tell(ctx, FOLLOW_GONE);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
