/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network namespaces of this machine, entered one by one on a thread of its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What is done in a namespace; `inode` names it. Stops at non-zero. */
struct netns_visit {
	int (*visit)(uint64_t inode, void *arg);
	void *arg;
};

/*
 * Calls v->visit() once for each network namespace that some process is in, ours first, on a thread
 * that is in it: sockets opened there belong to that namespace, and the caller's own never changes.
 * *skipped: namespaces that may not be entered; processes whose namespace may not even be read count
 * as one. 0, what visit returned, or -errno, said.
 */
int netns_each(const struct netns_visit *v, size_t *skipped);
