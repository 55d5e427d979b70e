/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "crowd.h"

#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>

struct crowd {
	void *tree; /* of struct subject, by key */
	struct subject *queue[CROWD_MOST]; /* in order of arrival; one reference each */
	size_t next; /* slot of the oldest, once it is full */
};

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
	const struct fence_subject *x = &((const struct subject *)a)->head;
	const struct fence_subject *y = &((const struct subject *)b)->head;
	int c = order(x->start_ns, y->start_ns);

	if (!c)
		c = order(x->tgid, y->tgid);
	return c ?: order(x->exec_id, y->exec_id);
}

int crowd_init(struct crowd **out)
{
	struct crowd *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	*out = c;
	return 0;
}

static void leave(struct crowd *c, size_t slot)
{
	struct subject *s = c->queue[slot];

	if (!s)
		return;
	tdelete(s, &c->tree, compare);
	subject_drop(s);
	c->queue[slot] = NULL;
}

void crowd_free(struct crowd *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CROWD_MOST; i++)
		leave(c, i);
	free(c);
}

int crowd_put(struct crowd *c, struct subject *s)
{
	struct subject **found;

	found = tsearch(s, &c->tree, compare);
	if (!found) {
		subject_drop(s);
		return -ENOMEM;
	}
	if (*found != s) {
		subject_drop(s); /* told twice: the first telling stands */
		return 0;
	}
	leave(c, c->next);
	c->queue[c->next] = s;
	c->next = (c->next + 1) % CROWD_MOST;
	return 0;
}

struct subject *crowd_find(const struct crowd *c, const struct fence_attempt *a)
{
	struct subject key = {
		.head = { .start_ns = a->start_ns, .tgid = a->tgid, .exec_id = a->exec_id }
	};
	struct subject **found = tfind(&key, &c->tree, compare);

	return found ? subject_hold(*found) : NULL;
}
