/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The targets that terms name, as disjoint classes for longest-prefix look-up. Pure. */
#include "prefixes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "resolve.h"
#include "terms.h"
#include "vectors.h"

#define DEPTH (128 + 2) /* prefixes that can cover one another, and the base */

#define NO_TERM FENCE_TERMS

/* A prefix of one term; or, with NO_TERM, where a target class begins. */
struct item {
	struct address at;
	uint8_t class;
	uint16_t term;
	bool not ; /* of `not: to:` */
};

struct items {
	struct item *item;
	size_t n;
};

/* As bpf/target.h classifies; the unit test holds the two together. Within NAT64 IPv4's hold. */
static const struct item BORDERS[] = {
	{ { AF_INET, 0, { 0 } }, CLASS_PUBLIC, NO_TERM, false },
	{ { AF_INET, 32, { 0 } }, CLASS_LOOPBACK, NO_TERM, false },
	{ { AF_INET, 8, { 127 } }, CLASS_LOOPBACK, NO_TERM, false },
	{ { AF_INET, 8, { 10 } }, CLASS_PRIVATE, NO_TERM, false },
	{ { AF_INET, 12, { 172, 16 } }, CLASS_PRIVATE, NO_TERM, false },
	{ { AF_INET, 16, { 192, 168 } }, CLASS_PRIVATE, NO_TERM, false },
	{ { AF_INET, 16, { 169, 254 } }, CLASS_LINK_LOCAL, NO_TERM, false },
	{ { AF_INET, 10, { 100, 64 } }, CLASS_CGNAT, NO_TERM, false },
	{ { AF_INET, 4, { 224 } }, CLASS_MULTICAST, NO_TERM, false },
	{ { AF_INET6, 0, { 0 } }, CLASS_PUBLIC, NO_TERM, false },
	{ { AF_INET6, 127, { 0 } }, CLASS_LOOPBACK, NO_TERM, false }, /* :: and ::1 */
	{ { AF_INET6, 7, { 0xfc } }, CLASS_ULA, NO_TERM, false },
	{ { AF_INET6, 10, { 0xfe, 0x80 } }, CLASS_LINK_LOCAL, NO_TERM, false },
	{ { AF_INET6, 8, { 0xff } }, CLASS_MULTICAST, NO_TERM, false },
};

#define BORDERS_N (sizeof(BORDERS) / sizeof(*BORDERS))

/* RFC 6052: the IPv4 address stands in the last 32 of 64:ff9b::/96. */
static struct address nat64(const struct address *a)
{
	struct address to = { AF_INET6, 96 + a->bits, { 0x00, 0x64, 0xff, 0x9b } };

	memcpy(to.byte + 12, a->byte, 4);
	return to;
}

static void item_add(struct items *s, const struct item *item)
{
	s->item[s->n++] = *item;
	if (item->at.family != AF_INET)
		return;
	s->item[s->n] = *item;
	s->item[s->n++].at = nat64(&item->at);
}

/* Only the first part of a term has targets. */
static const struct selectors *selectors_of(const struct prefixes_input *in, size_t term)
{
	return in->terms->term[term].part[0];
}

static int collect(const struct prefixes_input *in, struct items *s)
{
	uint32_t classes = 0;
	size_t n = BORDERS_N + in->to_n;

	for (size_t i = 0; i < in->terms->n; i++) {
		n += selectors_of(in, i)->to_n + selectors_of(in, i)->not_to_n;
		classes |= selectors_of(in, i)->to_classes | selectors_of(in, i)->not_classes;
	}
	s->item = calloc(2 * n, sizeof(*s->item));
	if (!s->item)
		return -ENOMEM;
	for (size_t i = 0; classes && i < BORDERS_N; i++)
		item_add(s, &BORDERS[i]);
	for (size_t i = 0; i < in->to_n; i++)
		item_add(s, &(struct item){ .at = in->to[i].address, .term = in->to[i].term });
	for (size_t i = 0; i < in->terms->n; i++) {
		const struct selectors *of = selectors_of(in, i);

		for (size_t j = 0; j < of->to_n; j++)
			item_add(s, &(struct item){ .at = of->to[j], .term = i });
		for (size_t j = 0; j < of->not_to_n; j++)
			item_add(s, &(struct item){ .at = of->not_to[j], .term = i, .not = true });
	}
	return 0;
}

/* IPv4 before IPv6, and a prefix before what it covers. */
static int by_prefix(const void *a, const void *b)
{
	const struct address *x = &((const struct item *)a)->at;
	const struct address *y = &((const struct item *)b)->at;
	int order;

	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	order = memcmp(x->byte, y->byte, sizeof(x->byte));
	return order ? order : (int)x->bits - (int)y->bits;
}

/* One of the prefixes that cover the current one. */
struct cover {
	struct address at;
	uint8_t class; /* CLASS_COUNT: no term names classes */
	struct fence_vector to; /* terms that name it or what covers it */
	struct fence_vector not ; /* in whose `not: to:` it is */
	struct fence_vector named, any; /* what comes of it, classes included */
};

struct sweep {
	struct vectors *v;
	struct fence_vector to_class[CLASS_COUNT];
	struct fence_vector not_class[CLASS_COUNT];
	struct cover cover[DEPTH];
	int depth; /* of the innermost; [0] covers everything and has no item */
	struct prefixes_entry *entry;
	size_t n;
};

static void settle(const struct sweep *s, struct cover *c)
{
	struct fence_vector not = c->not ;

	c->named = c->to;
	if (c->class < CLASS_COUNT) {
		vectors_join(&c->named, &s->to_class[c->class]);
		vectors_join(&not, &s->not_class[c->class]);
	}
	c->any = s->v->vector[VECTOR_TO_ANY];
	vectors_drop(&c->named, &not );
	vectors_drop(&c->any, &not );
}

/*
 * Most prefixes leave `any` as it is: that is the fixed one, not another equal to it. And most are in one
 * long list: then the set is that of the one before.
 */
static int put(struct sweep *s, const struct cover *c)
{
	struct prefixes_entry *e = &s->entry[s->n];
	int err = 0;

	e->to.named = s->n ? e[-1].to.named : VECTOR_FIRST;
	if (!s->n || !vectors_equal(&c->named, &s->v->vector[e->to.named]))
		err = vectors_put(s->v, &c->named, &e->to.named);
	e->to.any = VECTOR_TO_ANY;
	if (!err && !vectors_equal(&c->any, &s->v->vector[VECTOR_TO_ANY]))
		err = vectors_put(s->v, &c->any, &e->to.any);
	if (err)
		return err;
	e->prefix = c->at;
	s->n++;
	return 0;
}

/* All items of one prefix. It needs no entry when what covers it has the same terms. */
static int sweep_prefix(struct sweep *s, const struct item *item, size_t n)
{
	struct cover *up, *c;

	while (s->depth && !address_covers(&s->cover[s->depth].at, &item->at))
		s->depth--;
	up = &s->cover[s->depth++];
	c = &s->cover[s->depth];
	*c = *up;
	c->at = item->at;
	for (size_t i = 0; i < n; i++) {
		if (item[i].term == NO_TERM)
			c->class = item[i].class;
		else
			vectors_set(item[i].not ? &c->not : &c->to, item[i].term);
	}
	settle(s, c);
	if (vectors_equal(&c->named, &up->named) && vectors_equal(&c->any, &up->any))
		return 0;
	return put(s, c);
}

static int sweep(struct sweep *s, const struct items *all)
{
	const struct item *item = all->item;
	size_t end;
	int err;

	for (size_t i = 0; i < all->n; i = end) {
		for (end = i + 1; end < all->n; end++)
			if (!address_equal(&item[i].at, &item[end].at))
				break;
		err = sweep_prefix(s, item + i, end - i);
		if (err)
			return err;
	}
	return 0;
}

/* The terms of each class; those without `to:`. */
static void fill_classes(const struct prefixes_input *in, struct sweep *s)
{
	struct fence_vector *any = &s->v->vector[VECTOR_TO_ANY];

	for (size_t i = 0; i < in->terms->n; i++) {
		const struct selectors *of = selectors_of(in, i);

		if (!selectors_name_target(of))
			vectors_set(any, i);
		for (int class = 0; class < CLASS_COUNT; class ++) {
			if (of->to_classes >> class & 1)
				vectors_set(&s->to_class[class], i);
			if (of->not_classes >> class & 1)
				vectors_set(&s->not_class[class], i);
		}
	}
	s->cover[0].any = *any;
}

int prefixes_find(
	const struct prefixes_input *in, struct vectors *v, struct prefixes_entry **out, size_t *n)
{
	struct sweep *s = calloc(1, sizeof(*s)); /* 130 covers are much for a stack */
	struct items all = { 0 };
	int err = s ? collect(in, &all) : -ENOMEM;

	if (err)
		goto out;
	s->v = v;
	s->cover[0].class = CLASS_COUNT;
	fill_classes(in, s);
	qsort(all.item, all.n, sizeof(*all.item), by_prefix);
	s->entry = calloc(all.n + 1, sizeof(*s->entry));
	err = s->entry ? sweep(s, &all) : -ENOMEM;
	if (err)
		goto out;
	*out = s->entry;
	*n = s->n;
	s->entry = NULL;
out:
	if (s)
		free(s->entry);
	free(s);
	free(all.item);
	return err;
}
