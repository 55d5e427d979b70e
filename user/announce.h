/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `up` tells before it arms: the mail servers here and their fate, and the open connections. */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct compiled;
struct policy;
struct sender;
struct socket_seen;

/* Nothing is owned. */
struct announce {
	const struct policy *policy;
	const struct compiled *compiled; /* from it */
	const char *cgroup_mount;
	const struct sender *sender; /* senders_find() */
	size_t sender_n;
	const struct socket_seen *socket; /* sockets_find(), on the watched ports */
	size_t socket_n;
	size_t skipped; /* network namespaces that were not searched */
};

/*
 * Terminal text, nothing hostile unescaped: each mail server, what the policy would do to it on the
 * ports that the policy blocks for somebody, and for one that is blocked a rule that would let it
 * send; then the connections that are blocked if they are tried again. 0 or -errno of `to`.
 */
int announce_text(const struct announce *a, FILE *to);
