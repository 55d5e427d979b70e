/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ends open connections that a block forbids (SOCK_DESTROY), in every network namespace. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct socket_seen;

struct cut {
	const unsigned short *port; /* remote ports, host order */
	size_t port_n;
	/* Whether it is to go. An unknown owner is never cut: then not asked. */
	bool (*wanted)(const struct socket_seen *s, void *arg);
	void *arg;
};

/* *done: connections ended; *failed: that could not be. 0, -ENOTSUP, said: the kernel cannot (CONFIG_INET_DIAG_DESTROY), -errno. */
int cut_connections(const struct cut *c, size_t *done, size_t *failed);
