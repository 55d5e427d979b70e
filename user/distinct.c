/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many different things each of many owners has met: exact up to a bound. */
#include "distinct.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define SLOTS_FIRST 64
#define OWNER_NONE UINT32_MAX /* marks a free slot */

/* The finaliser of splitmix64. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static size_t place(const struct distinct *d, const struct distinct_thing *t)
{
	uint64_t h = mix(d->seed ^ t->word[0]);

	h = mix(h + d->seed + t->word[1]);
	h = mix(h ^ ((uint64_t)t->owner << 32 | t->kind));
	return h & (d->slots - 1);
}

static bool equal(const struct distinct_thing *a, const struct distinct_thing *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->owner == b->owner &&
	       a->kind == b->kind;
}

/* Where it is, or the free slot where it would be. At least one slot is free. */
static struct distinct_thing *find(const struct distinct *d, const struct distinct_thing *t)
{
	size_t i = place(d, t);

	while (d->slot[i].owner != OWNER_NONE && !equal(&d->slot[i], t))
		i = (i + 1) & (d->slots - 1);
	return &d->slot[i];
}

static int grow(struct distinct *d)
{
	struct distinct bigger = {
		.slots = d->slots ? 2 * d->slots : SLOTS_FIRST, .used = d->used, .seed = d->seed
	};

	if (!d->slots && getrandom(&bigger.seed, sizeof(bigger.seed), GRND_NONBLOCK) < 0)
		bigger.seed = mix((uint64_t)time(NULL)); /* early boot: better than none */
	bigger.slot = malloc(bigger.slots * sizeof(*bigger.slot));
	if (!bigger.slot)
		return -ENOMEM;
	for (size_t i = 0; i < bigger.slots; i++)
		bigger.slot[i].owner = OWNER_NONE;
	for (size_t i = 0; i < d->slots; i++)
		if (d->slot[i].owner != OWNER_NONE)
			*find(&bigger, &d->slot[i]) = d->slot[i];
	free(d->slot);
	*d = bigger;
	return 0;
}

void distinct_free(struct distinct *d)
{
	free(d->slot);
	memset(d, 0, sizeof(*d));
}

int distinct_add(struct distinct *d, const struct distinct_thing *t, bool *fresh)
{
	struct distinct_thing *slot;

	if (4 * d->used >= 3 * d->slots && !distinct_full(d)) {
		int err = grow(d);

		if (err)
			return err;
	}
	slot = find(d, t);
	*fresh = slot->owner == OWNER_NONE && !distinct_full(d);
	if (*fresh) {
		*slot = *t;
		d->used++;
	}
	return 0;
}

bool distinct_full(const struct distinct *d)
{
	return d->used >= DISTINCT_MOST;
}
