/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many different things each of many owners has met: exact up to a bound. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISTINCT_MOST (3U << 18) /* things remembered in all: 25 MB */

struct distinct_thing {
	uint64_t word[2]; /* an address, or a process: whatever tells two apart */
	uint32_t owner;
	uint32_t kind;
};

/* Empty when zeroed. */
struct distinct {
	struct distinct_thing *slot; /* owned */
	size_t slots; /* power of two */
	size_t used;
	uint64_t seed; /* hostile things must not meet in one place */
};

void distinct_free(struct distinct *d); /* leaves it empty */

/* *fresh: it was not there yet and now is. Never once distinct_full(). 0 or -ENOMEM. */
int distinct_add(struct distinct *d, const struct distinct_thing *t, bool *fresh);

/* DISTINCT_MOST are there: what comes now is not remembered. */
bool distinct_full(const struct distinct *d);
