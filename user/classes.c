/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values that terms name one by one (users, executables), with their sets of terms. Pure. */
#include "classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "terms.h"
#include "vectors.h"

static int by_key(const void *a, const void *b)
{
	const struct classes_pair *x = a, *y = b;

	if (x->key[0] != y->key[0])
		return x->key[0] < y->key[0] ? -1 : 1;
	return x->key[1] < y->key[1] ? -1 : x->key[1] > y->key[1];
}

int classes_find(const struct classes_input *in, struct vectors *v, struct classes *out)
{
	struct classes c = { .entry = calloc(in->n + 1, sizeof(*c.entry)) };
	int err = c.entry ? 0 : -ENOMEM;
	size_t end;

	if (in->n)
		qsort(in->pair, in->n, sizeof(*in->pair), by_key);
	for (size_t i = 0; !err && i < in->n; i = end) {
		struct fence_vector set = v->vector[in->other];

		for (end = i; end < in->n && !by_key(&in->pair[i], &in->pair[end]); end++)
			vectors_set(&set, in->pair[end].term);
		memcpy(c.entry[c.n].key, in->pair[i].key, sizeof(in->pair[i].key));
		err = vectors_put(v, &set, &c.entry[c.n++].vector);
	}
	if (err)
		free(c.entry);
	else
		*out = c;
	return err;
}

static const uint32_t *numbers(const struct selectors *s, enum selector which)
{
	return which == SELECTOR_USER ? s->uid : s->gid;
}

static bool part_has(const struct selectors *s, enum selector which, uint32_t number)
{
	for (size_t i = 0; i < s->by[which].n; i++)
		if (numbers(s, which)[i] == number)
			return true;
	return !s->by[which].n;
}

int classes_numbers(
	const struct terms *t, enum selector which, struct classes_pair **out, size_t *n)
{
	struct classes_pair *pair = NULL;
	size_t have = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct selectors *const *part = t->term[i].part, *first = NULL;

		for (int j = 0; !first && j < TERM_PARTS && part[j]; j++)
			if (part[j]->by[which].n)
				first = part[j];
		if (!first)
			continue;
		if (list_grow(&pair, have, first->by[which].n, sizeof(*pair))) {
			free(pair);
			return -ENOMEM;
		}
		for (size_t k = 0; k < first->by[which].n; k++) {
			uint32_t number = numbers(first, which)[k];
			bool all = true;

			for (int j = 0; all && j < TERM_PARTS && part[j]; j++)
				all = part_has(part[j], which, number);
			if (all)
				pair[have++] = (struct classes_pair){ { number, 0 }, i };
		}
	}
	*out = pair;
	*n = have;
	return 0;
}
