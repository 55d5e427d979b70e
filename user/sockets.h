/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP connections and listeners on watched ports that are there now, with their processes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "address.h"
#include "bpf/fence.h"

struct socket_seen {
	struct address remote; /* of a listener: what it listens on */
	uint16_t port; /* remote port; of a listener its own; host order */
	bool listening;
	uint8_t tcp_state; /* TCP_ESTABLISHED, ... */
	uint32_t uid;
	uint32_t inode; /* 0: no process holds it any more */
	uint64_t cgroup; /* id; 0 unknown */
	uint64_t netns; /* inode of the network namespace it was found in */
	uint64_t cookie; /* with netns: of this socket and no other */
	pid_t pid; /* the lowest of the processes that hold it; 0 unknown */
	char comm[FENCE_COMM];
};

/*
 * Outgoing connections to `ports` that may still send, and listeners on them, in every network
 * namespace that a process is in (see netns_each() for *skipped). An accepted connection is not
 * outgoing, whatever its remote port. Through sock_diag(7). Sorted by pid. Free *out. 0 or -errno,
 * said.
 */
int sockets_find(
	const uint16_t *ports, size_t n, struct socket_seen **out, size_t *found, size_t *skipped);
