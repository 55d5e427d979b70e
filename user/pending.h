/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Containers whose state files do not tell yet, and when each is to be asked for again. */
#pragma once

#include <stdint.h>

#define PENDING_MOST 4096
#define PENDING_FIRST_MS 20 /* then twice as long each time, */
#define PENDING_LAST_MS 30000 /* up to this, as long as its cgroup is there */

struct pending;

int pending_open(struct pending **out); /* 0 or -ENOMEM */
void pending_close(struct pending *p); /* NULL passes */

/* One that waits already waits as before. Times are of any one clock. 0, -ENOMEM, -E2BIG: PENDING_MOST wait. */
int pending_add(struct pending *p, uint64_t id, const char *path, uint64_t now_ms);
void pending_drop(struct pending *p, uint64_t id); /* one that does not wait passes */

uint64_t pending_next(const struct pending *p); /* when one is due; UINT64_MAX: none waits */

/*
 * Calls due(id, path, arg) for each that is, and puts it off; one of which due() returns 1 is dropped. Negative stops and is
 * returned; else 0. due() must not add or drop.
 */
int pending_each(struct pending *p, uint64_t now_ms,
	int (*due)(uint64_t id, const char *path, void *arg), void *arg);
