/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ends open connections that a block forbids (SOCK_DESTROY), in every network namespace. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct socket_seen;

struct cut {
	const uint16_t *port; /* remote ports, host order */
	size_t port_n;
	/*
	 * Whether it is to go: asked of each outgoing connection whose cgroup or process is known, before any is
	 * ended. The others stay.
	 */
	bool (*wanted)(const struct socket_seen *s, void *arg);
	void *arg;
};

/*
 * *done: connections ended; *failed: that were wanted and could not be. What ends by itself meanwhile is
 * neither. 0; -EOPNOTSUPP, said: the kernel cannot (CONFIG_INET_DIAG_DESTROY), none has been ended; -errno, said.
 */
int cut_connections(const struct cut *c, size_t *done, size_t *failed);
