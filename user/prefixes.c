/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The targets that rules name, as disjoint classes for longest-prefix look-up. Pure. */
#include "prefixes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "policy.h"
#include "vectors.h"

#define DEPTH (128 + 2) /* prefixes that can cover one another, and the base */

/* A prefix of one rule; or, with FENCE_NO_RULE, where a target class begins. */
struct item {
	struct address at;
	uint8_t class;
	uint16_t rule;
};

struct items {
	struct item *item;
	size_t n;
};

/* As bpf/target.h classifies; the unit test holds the two together. Within NAT64 IPv4's hold. */
static const struct item BORDERS[] = {
	{ { AF_INET, 0, { 0 } }, CLASS_PUBLIC, FENCE_NO_RULE },
	{ { AF_INET, 32, { 0 } }, CLASS_LOOPBACK, FENCE_NO_RULE },
	{ { AF_INET, 8, { 127 } }, CLASS_LOOPBACK, FENCE_NO_RULE },
	{ { AF_INET, 8, { 10 } }, CLASS_PRIVATE, FENCE_NO_RULE },
	{ { AF_INET, 12, { 172, 16 } }, CLASS_PRIVATE, FENCE_NO_RULE },
	{ { AF_INET, 16, { 192, 168 } }, CLASS_PRIVATE, FENCE_NO_RULE },
	{ { AF_INET, 16, { 169, 254 } }, CLASS_LINK_LOCAL, FENCE_NO_RULE },
	{ { AF_INET, 10, { 100, 64 } }, CLASS_CGNAT, FENCE_NO_RULE },
	{ { AF_INET, 4, { 224 } }, CLASS_MULTICAST, FENCE_NO_RULE },
	{ { AF_INET6, 0, { 0 } }, CLASS_PUBLIC, FENCE_NO_RULE },
	{ { AF_INET6, 127, { 0 } }, CLASS_LOOPBACK, FENCE_NO_RULE }, /* :: and ::1 */
	{ { AF_INET6, 7, { 0xfc } }, CLASS_ULA, FENCE_NO_RULE },
	{ { AF_INET6, 10, { 0xfe, 0x80 } }, CLASS_LINK_LOCAL, FENCE_NO_RULE },
	{ { AF_INET6, 8, { 0xff } }, CLASS_MULTICAST, FENCE_NO_RULE },
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

static int collect(const struct policy *p, struct items *s)
{
	uint32_t classes = 0;
	size_t n = BORDERS_N;

	for (size_t i = 0; i < p->rule_n; i++) {
		n += p->rule[i].to_n;
		classes |= p->rule[i].to_classes;
	}
	s->item = calloc(2 * n, sizeof(*s->item));
	if (!s->item)
		return -ENOMEM;
	for (size_t i = 0; classes && i < BORDERS_N; i++)
		item_add(s, &BORDERS[i]);
	for (size_t i = 0; i < p->rule_n; i++) {
		struct item item = { .rule = i };

		for (size_t j = 0; j < p->rule[i].to_n; j++) {
			item.at = p->rule[i].to[j];
			item_add(s, &item);
		}
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
	uint8_t class; /* CLASS_COUNT: no rule names classes */
	struct fence_vector named; /* rules that name it or what covers it */
	struct fence_vector all; /* and those that name its class */
};

struct sweep {
	struct vectors *v;
	struct fence_vector of_class[CLASS_COUNT];
	struct cover cover[DEPTH];
	int depth; /* of the innermost; [0] covers everything and has no rule */
	struct prefixes_entry *entry;
	size_t n;
};

/* All items of one prefix. It needs no entry when what covers it has the same rules. */
static int sweep_prefix(struct sweep *s, const struct item *item, size_t n)
{
	struct cover *up, *c;
	int err;

	while (s->depth && !address_covers(&s->cover[s->depth].at, &item->at))
		s->depth--;
	up = &s->cover[s->depth++];
	c = &s->cover[s->depth];
	c->at = item->at;
	c->class = up->class;
	c->named = up->named;
	for (size_t i = 0; i < n; i++) {
		if (item[i].rule == FENCE_NO_RULE)
			c->class = item[i].class;
		else
			vectors_set(&c->named, item[i].rule);
	}
	c->all = c->named;
	if (c->class < CLASS_COUNT)
		vectors_join(&c->all, &s->of_class[c->class]);
	if (vectors_equal(&c->all, &up->all))
		return 0;
	err = vectors_put(s->v, &c->all, &s->entry[s->n].vector);
	if (err)
		return err;
	s->entry[s->n++].prefix = item->at;
	return 0;
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

int prefixes_find(const struct policy *p, struct vectors *v, struct prefixes_entry **out, size_t *n)
{
	struct sweep s = { .v = v, .cover[0].class = CLASS_COUNT };
	struct items all = { 0 };
	int err = collect(p, &all);

	if (err)
		goto out;
	for (size_t i = 0; i < p->rule_n; i++)
		for (int class = 0; class < CLASS_COUNT; class ++)
			if (p->rule[i].to_classes >> class & 1)
				vectors_set(&s.of_class[class], i);
	qsort(all.item, all.n, sizeof(*all.item), by_prefix);
	s.entry = calloc(all.n + 1, sizeof(*s.entry));
	if (!s.entry) {
		err = -ENOMEM;
		goto out;
	}
	err = sweep(&s, &all);
	if (err)
		goto out;
	*out = s.entry;
	*n = s.n;
	s.entry = NULL;
out:
	free(s.entry);
	free(all.item);
	return err;
}
