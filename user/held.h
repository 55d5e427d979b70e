/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts that wait for their outcome. */
#pragma once

#include <stddef.h>

#include "attempt.h"

#define HELD_MOST 65536

struct held;

int held_init(struct held **out);
void held_free(struct held *h); /* NULL passes; what waits is dropped */
size_t held_count(const struct held *h);

/*
 * A copy waits, with references of its own. -ENOSPC when HELD_MOST wait, -EEXIST when one with its id
 * does, or -ENOMEM.
 */
int held_put(struct held *h, const struct attempt *a);

/* Takes the attempt with that id out: the caller clears and frees it. NULL: it does not wait here. */
struct attempt *held_take(struct held *h, uint64_t id);

/* Takes any one out; NULL when none waits. */
struct attempt *held_take_any(struct held *h);
