/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "held.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct held {
	void *tree; /* of struct attempt, by id */
	size_t count;
};

static int compare(const void *a, const void *b)
{
	uint64_t x = ((const struct attempt *)a)->k.id, y = ((const struct attempt *)b)->k.id;

	return (x > y) - (x < y);
}

int held_init(struct held **out)
{
	struct held *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	*out = h;
	return 0;
}

static void drop(void *attempt)
{
	attempt_clear(attempt);
	free(attempt);
}

void held_free(struct held *h)
{
	if (!h)
		return;
	tdestroy(h->tree, drop);
	free(h);
}

size_t held_count(const struct held *h)
{
	return h->count;
}

int held_put(struct held *h, const struct attempt *a)
{
	struct attempt *copy, **found;

	if (h->count >= HELD_MOST)
		return -ENOSPC;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = *a;
	copy->subject = subject_hold(a->subject);
	copy->cgroup = a->cgroup ? strdup(a->cgroup) : NULL;
	if (a->cgroup && !copy->cgroup) {
		drop(copy);
		return -ENOMEM;
	}
	found = tsearch(copy, &h->tree, compare);
	if (!found || *found != copy) {
		drop(copy);
		return found ? -EEXIST : -ENOMEM;
	}
	h->count++;
	return 0;
}

struct attempt *held_take(struct held *h, uint64_t id)
{
	struct attempt key = { .k = { .id = id } }, **found, *a;

	found = tfind(&key, &h->tree, compare);
	if (!found)
		return NULL;
	a = *found;
	tdelete(&key, &h->tree, compare);
	h->count--;
	return a;
}

struct attempt *held_take_any(struct held *h)
{
	/* The root node of a tsearch() tree begins with the pointer to its key: POSIX. */
	return h->tree ? held_take(h, (*(struct attempt **)h->tree)->k.id) : NULL;
}
