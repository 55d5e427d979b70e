/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values that rules name one by one (users, executables, cgroups), with their sets of rules. */
#include "classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

enum state {
	STATE_NEW,
	STATE_OPEN, /* on the way up from a value that lies in it */
	STATE_DONE, /* has the rules of what it lies in */
};

struct group {
	uint64_t key[2];
	uint64_t parent;
	enum state state;
	struct fence_vector set;
};

struct groups {
	struct group *group; /* sorted by key */
	size_t n;
};

/* struct classes_pair and struct group both begin with their key. */
static int by_key(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return x[1] < y[1] ? -1 : x[1] > y[1];
}

static int group_pairs(const struct classes_input *in, struct groups *s)
{
	s->group = calloc(in->n + 1, sizeof(*s->group));
	if (!s->group)
		return -ENOMEM;
	if (in->n)
		qsort(in->pair, in->n, sizeof(*in->pair), by_key);
	for (size_t i = 0; i < in->n; i++) {
		const struct classes_pair *p = &in->pair[i];

		if (!i || by_key(p, p - 1)) {
			memcpy(s->group[s->n].key, p->key, sizeof(p->key));
			s->group[s->n++].parent = p->parent;
		}
		vectors_set(&s->group[s->n - 1].set, p->rule);
	}
	return 0;
}

static struct group *parent_of(const struct groups *s, const struct group *g)
{
	const uint64_t key[2] = { g->parent, 0 };

	return g->parent ? bsearch(key, s->group, s->n, sizeof(*s->group), by_key) : NULL;
}

/* Gives g the rules of all it lies in. `way` has room for all groups: up first, then back down. */
static int settle(const struct groups *s, struct group *g, struct group **way)
{
	const struct group *up = NULL;
	size_t n = 0;

	for (; g && g->state != STATE_DONE; g = parent_of(s, g)) {
		if (g->state == STATE_OPEN)
			return -ELOOP;
		g->state = STATE_OPEN;
		way[n++] = g;
	}
	for (up = g; n; up = way[n]) {
		g = way[--n];
		if (up)
			vectors_join(&g->set, &up->set);
		g->state = STATE_DONE;
	}
	return 0;
}

static int settle_all(const struct groups *s)
{
	struct group **way = calloc(s->n + 1, sizeof(*way));
	int err = way ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < s->n; i++)
		err = settle(s, &s->group[i], way);
	free(way);
	return err;
}

int classes_find(const struct classes_input *in, struct vectors *v, struct classes *out)
{
	struct classes_entry *entry = NULL;
	struct groups s = { 0 };
	int err = group_pairs(in, &s);

	if (err)
		goto out;
	err = settle_all(&s);
	if (err)
		goto out;
	entry = calloc(s.n + 1, sizeof(*entry));
	if (!entry)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < s.n; i++) {
		memcpy(entry[i].key, s.group[i].key, sizeof(entry[i].key));
		vectors_join(&s.group[i].set, &v->vector[in->other]);
		err = vectors_put(v, &s.group[i].set, &entry[i].vector);
	}
	if (err)
		goto out;
	out->entry = entry;
	out->n = s.n;
	entry = NULL;
out:
	free(entry);
	free(s.group);
	return err;
}
