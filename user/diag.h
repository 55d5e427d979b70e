/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's list of TCP sockets, asked through sock_diag(7). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct diag_socket {
	struct address local, remote; /* v4-mapped ones are IPv4 */
	uint16_t local_port, remote_port; /* host order */
	uint8_t state; /* TCP_ESTABLISHED, ... */
	uint32_t uid;
	uint32_t inode; /* of sockfs, one number space for all namespaces; 0: no process holds it */
	uint64_t cgroup; /* id; 0 unknown (before 5.9) */
};

struct diag_ask {
	uint32_t states; /* bit per TCP_ESTABLISHED, ... */
	const uint16_t *remote_port; /* host order; one of these, sorted out by the kernel */
	size_t remote_port_n; /* 0: any */
	int (*visit)(const struct diag_socket *s, void *arg); /* stops at non-zero */
	void *arg;
};

/*
 * TCP sockets, IPv4 and IPv6, of the network namespace that the calling thread is in. 0, what visit
 * returned, or -errno, said. -E2BIG for more than 1,024 ports.
 */
int diag_tcp(const struct diag_ask *ask);
