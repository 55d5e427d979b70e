/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ring to attempts: one consumer, each record once, subjects and outcomes put to their attempts. */
#pragma once

#include <stdint.h>

#include "attempt.h"

struct events;

struct events_handler {
	/* As soon as it is read; its outcome is not known yet. */
	void (*attempt)(const struct attempt *a, void *arg);
	/* Once: when its outcome is known or will not be (denied; events_settle()). May be NULL. */
	void (*settled)(const struct attempt *a, void *arg);
	void *arg;
};

/*
 * `maps`: fds by enum kernel_map, used while open. `cgroup_mount` to name cgroups. The caller holds the
 * reader's lock. 0 or -errno, said: -EAGAIN when the fence is not armed.
 */
int events_open(const int *maps, const char *cgroup_mount, const struct events_handler *h,
	struct events **out);
void events_close(struct events *e); /* NULL passes; settles nothing */

int events_fd(const struct events *e); /* readable when records wait: for epoll */

/* Reads what is there; number of records or -errno, said. */
int events_read(struct events *e);

/* Hands out all attempts still waiting for an outcome. At the end of a run. */
void events_settle(struct events *e);
