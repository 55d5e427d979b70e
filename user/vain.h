/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Things that arming anew was to bring into force, so that for what cannot be it is done once. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: nothing was missed so far. */
struct vain {
	uint64_t seen; /* names what was missed since vain_news() */
	uint64_t tried; /* and before it */
};

void vain_miss(struct vain *v, const void *bytes, size_t n); /* in any order that stays the same */

/* Something was missed, and it was not the same the last time. Begins anew. */
bool vain_news(struct vain *v);
