/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `to: { name: ... }` asked for again while the policy lives, by a child without rights. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "terms.h"

#define REFRESH_GONE_MS 600000 /* an address that no answer has had for so long is none any more */

struct refresh;

/* `t` must outlive it. 0 or -ENOMEM. */
int refresh_open(const struct terms *t, struct refresh **out);
void refresh_close(struct refresh *r); /* NULL passes; ends the child */
bool refresh_needed(const struct refresh *r); /* some term has a name */

/* Asks, unless it does so already. 0 or -errno, said. */
int refresh_start(struct refresh *r);
int refresh_fd(
	const struct refresh *r); /* readable when there is an answer: for epoll; -1: not asking */

/*
 * Takes what there is of the answer. *stale, once it is whole: some address of it is not among what
 * `knows` finds in force, or one that was is none any more; so raise_again() is due. A name that could not be
 * asked for is as before. 0, -EAGAIN silent: not whole yet; else -errno, said.
 */
struct refresh_force {
	bool (*knows)(const struct address *a, size_t term, void *arg);
	void *arg;
	uint64_t now_ms;
};

int refresh_take(struct refresh *r, const struct refresh_force *f, bool *stale);
