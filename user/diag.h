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
	uint64_t
		cookie; /* of this socket and no other while the kernel runs (before 5.8: in its namespace) */
	uint32_t ifindex; /* of the device it is bound to; 0 none */
	uint8_t family; /* of the socket: AF_INET6 also when its addresses are v4-mapped */
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

/*
 * Ends one of them, as the kernel's last word to both sides (SOCK_DESTROY): the peer gets a reset, the
 * program ECONNABORTED. In the same namespace. 0, or not said: -ENOENT it is gone, -EOPNOTSUPP the kernel cannot
 * (CONFIG_INET_DIAG_DESTROY), -errno.
 */
int diag_destroy(const struct diag_socket *s);
