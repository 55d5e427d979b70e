/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exemptions and rules as the list of terms that the kernel's vectors are about. */
#include "terms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exemption.h"
#include "list.h"
#include "say.h"
#include "text.h"

struct lister {
	const struct policy *policy;
	struct terms *out;
};

char *term_where(char to[TERM_WHERE], const struct term *t)
{
	if (t->origin)
		(void)snprintf(to, TERM_WHERE, "%s:%u", t->origin, t->line);
	else
		(void)snprintf(to, TERM_WHERE, "exemption %s", t->name);
	return to;
}

/* Hooks that see forwarded traffic are not in this version: what asks for it would never match. */
static int refuse_packets(const struct term *t)
{
	char where[TERM_WHERE];

	for (int s = SELECTOR_INTERFACE; s <= SELECTOR_VM; s++)
		if (term_names(t, s))
			return refuse(-EOPNOTSUPP,
				"%s: '%s' selects forwarded traffic, which this version does not see; '%s' would never match",
				term_where(where, t), selector_names[s], t->name);
	return 0;
}

/*
 * A process has several groups, and which of them is in both lists says nothing of whether it has one of
 * each. Only where one list holds the other do both together mean the shorter one.
 */
static int refuse_groups(const struct term *t)
{
	const struct selectors *least = NULL;
	char where[TERM_WHERE];

	for (int i = 0; i < TERM_PARTS && t->part[i]; i++) {
		const struct selectors_list *g = &t->part[i]->by[SELECTOR_GROUP];

		if (g->n && (!least || g->n < least->by[SELECTOR_GROUP].n))
			least = t->part[i];
	}
	for (int i = 0; least && i < TERM_PARTS && t->part[i]; i++) {
		const struct selectors *s = t->part[i];
		size_t n = s->by[SELECTOR_GROUP].n, found = 0;

		for (size_t j = 0; n && j < least->by[SELECTOR_GROUP].n; j++)
			for (size_t k = 0; k < n; k++)
				found += s->gid[k] == least->gid[j];
		if (n && found < least->by[SELECTOR_GROUP].n)
			return refuse(-EOPNOTSUPP,
				"%s: '%s' and its tenant select by different groups, which cannot be judged together",
				term_where(where, t), t->name);
	}
	return 0;
}

/* A tenant may only tighten: what ends the judgement and still lets pass would overrule the operator. */
static int refuse_layer(const struct term *t, unsigned layer)
{
	char where[TERM_WHERE];

	if (!layer || t->pass || (order_is_strict(t->order) && !t->audit))
		return 0;
	return refuse(-EOPNOTSUPP,
		"%s: '%s' is a tenant's: it can allow (then the rules below are asked), block, drop and answer, each enforced, and nothing else",
		term_where(where, t), t->name);
}

static int term_add(struct lister *l, const struct term *base, const struct way *const way[3])
{
	struct terms *out = l->out;
	struct term t = *base;
	char where[TERM_WHERE];
	size_t n = 0;
	int err;

	for (int i = 0; i < 3; i++)
		for (int j = 0; way[i] && j < 2; j++)
			if (way[i]->part[j])
				t.part[n++] = way[i]->part[j];
	if (out->n == FENCE_TERMS)
		return refuse(-E2BIG,
			"%s: the rules and exemptions come to more than %d ways to match, which is all there is room for",
			term_where(where, &t), FENCE_TERMS);
	err = refuse_packets(&t) ?: refuse_groups(&t);
	if (err)
		return err;
	err = list_grow(&out->term, out->n, 1, sizeof(*out->term));
	if (!err)
		out->term[out->n++] = t;
	return err;
}

/* The ways of a rule's or exemption's own selectors, of its tenants and of its layer's tenant. */
static int find_ways(struct lister *l, const struct term *base, const char *layer, struct ways w[3])
{
	const struct selectors_list *tenant = &base->part[0]->by[SELECTOR_TENANT];
	char where[TERM_WHERE];
	struct ways_asked a = { term_where(where, base), l->policy, &l->out->presets };
	int err = ways_add(&a, base->part[0], &w[0]);

	for (size_t i = 0; !err && i < tenant->n; i++)
		err = ways_add_tenant(&a, tenant->text[i], &w[1]);
	if (!err && layer)
		err = ways_add_tenant(&a, layer, &w[2]);
	if (err == -ENOENT && !base->origin)
		hint("to go on without it: smtpfence revoke %s", base->name);
	return err;
}

/* All of `base`, whose selectors are its first part, within the tenant of its layer (NULL: none). */
static int terms_add(struct lister *l, const struct term *base, const char *layer)
{
	struct ways w[3] = { { 0 } };
	int err = find_ways(l, base, layer, w);

	for (size_t i = 0; !err && i < w[0].n; i++)
		for (size_t j = 0; !err && j < (w[1].n ?: 1); j++)
			for (size_t k = 0; !err && k < (w[2].n ?: 1); k++) {
				const struct way *const way[3] = { &w[0].way[i],
					w[1].n ? &w[1].way[j] : NULL,
					w[2].n ? &w[2].way[k] : NULL };

				err = term_add(l, base, way);
			}
	for (int i = 0; i < 3; i++)
		free(w[i].way);
	return err;
}

static int list_exemption(struct lister *l, const struct exemption *x)
{
	struct terms *out = l->out;
	struct term t = { .part = { &x->who },
		.order = &x->order,
		.number = FENCE_EXEMPTION | x->id,
		.until_ns = x->until_ns - text_boot_offset() };
	char name[16];
	int err;

	(void)snprintf(name, sizeof(name), "e%u", x->id);
	err = list_add_text(&out->names, &out->names_n, name);
	if (err)
		return err;
	t.name = out->names[out->names_n - 1];
	return terms_add(l, &t, NULL);
}

/* They stand by id, and from the next one on they are of before the ids began anew. */
static int list_exemptions(struct lister *l, const struct exemptions *e)
{
	uint64_t now = text_wall_now();
	size_t in_force = 0;
	int err = 0;

	for (int before = 0; before < 2; before++)
		for (size_t i = e->n; !err && i--;) {
			const struct exemption *x = &e->e[i];

			if ((x->id >= e->next) != before ||
				exemption_state(x, now) != EXEMPTION_IN_FORCE)
				continue;
			if (in_force++ == FENCE_EXEMPTIONS)
				return refuse(-E2BIG,
					"more than %d exemptions and blocks are in force",
					FENCE_EXEMPTIONS);
			err = list_exemption(l, x);
		}
	return err;
}

static int list_rules(struct lister *l)
{
	const struct policy *p = l->policy;
	struct terms *out = l->out;
	int err = 0;

	out->rules_at = out->n;
	for (size_t i = 0; !err && i < p->rule_n; i++) {
		const struct policy_rule *r = &p->rule[i];
		struct term t = { .part = { &r->when },
			.order = &r->then,
			.name = r->name,
			.number = i,
			.pass = r->layer && r->then.action == ACTION_ALLOW,
			.audit = r->audit,
			.line = r->line,
			.origin = policy_origin(p, r) };

		err = refuse_layer(&t, r->layer);
		err = err ?: terms_add(l, &t, r->layer ? p->layer[r->layer - 1].tenant : NULL);
	}
	if (err)
		return err;
	/* What passes goes on at the first term of another layer, from the last term up. */
	for (size_t i = out->n, next = out->n; i-- > out->rules_at;) {
		if (i + 1 < out->n && p->rule[out->term[i].number].layer !=
					      p->rule[out->term[i + 1].number].layer)
			next = i + 1;
		if (out->term[i].pass)
			out->term[i].next = next;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int count_groups(const struct terms *t)
{
	uint32_t *gid = NULL;
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; !err && i < t->n; i++)
		for (int j = 0; !err && j < TERM_PARTS && t->term[i].part[j]; j++) {
			const struct selectors *s = t->term[i].part[j];
			size_t more = s->by[SELECTOR_GROUP].n;

			err = list_grow(&gid, n, more, sizeof(*gid));
			if (!err && more)
				memcpy(gid + n, s->gid, more * sizeof(*gid));
			n += more;
		}
	if (!err) {
		list_unique(gid, &n, sizeof(*gid), by_number);
		if (n > FENCE_GIDS)
			err = refuse(-E2BIG, "the rules name %zu groups; at most %d are possible",
				n, FENCE_GIDS);
	}
	free(gid);
	return err;
}

/* Wall clock, not boot clock: the same whoever asks, whenever. */
static void term_print(FILE *to, const struct term *t, const struct exemptions *e)
{
	const struct exemption *x = NULL;

	if (t->number & FENCE_EXEMPTION)
		x = exemptions_find(e, t->number & ~FENCE_EXEMPTION);
	fprintf(to, "%s\n%u %u %d %d %llu\n", t->name, t->number, t->next, t->pass, t->audit,
		x ? (unsigned long long)x->until_ns : 0ULL);
	order_print(to, t->order);
	for (int i = 0; i < TERM_PARTS && t->part[i]; i++) {
		const struct selectors *s = t->part[i];

		fputc('\n', to);
		selectors_print(to, s);
		for (size_t j = 0; j < s->by[SELECTOR_USER].n; j++)
			fprintf(to, " %u", s->uid[j]);
		for (size_t j = 0; j < s->by[SELECTOR_GROUP].n; j++)
			fprintf(to, " %u", s->gid[j]);
	}
	fputc('\n', to);
}

static int terms_name(struct terms *t, const struct exemptions *e)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int err = to ? 0 : -ENOMEM;

	for (size_t i = 0; to && i < t->n; i++)
		term_print(to, &t->term[i], e);
	if (to && (ferror(to) | fclose(to)))
		err = -ENOMEM;
	t->name = 0xcbf29ce484222325;
	for (size_t i = 0; !err && i < size; i++)
		t->name = (t->name ^ (unsigned char)text[i]) * 0x100000001b3;
	free(text);
	return err;
}

int terms_list(const struct policy *p, const struct exemptions *e, struct terms *out)
{
	struct terms t = { 0 };
	struct lister l = { .policy = p, .out = &t };
	int err = 0;

	if (p->rule_n > FENCE_RULES)
		return refuse(-E2BIG, "%s: %zu rules; at most %d are possible", p->path ?: "policy",
			p->rule_n, FENCE_RULES);
	if (e)
		err = list_exemptions(&l, e);
	err = err ?: list_rules(&l);
	err = err ?: count_groups(&t);
	err = err ?: terms_name(&t, e);
	if (err == -ENOMEM)
		(void)fail(err, "list the rules");
	if (err)
		terms_clear(&t);
	else
		*out = t;
	return err;
}

void terms_clear(struct terms *t)
{
	ways_forget(&t->presets);
	list_free_text(t->names, t->names_n);
	free(t->term);
	*t = (struct terms){ 0 };
}

bool term_is_strict(const struct term *t)
{
	return order_is_strict(t->order) && !t->audit && !t->pass;
}

bool term_names(const struct term *t, enum selector s)
{
	for (int i = 0; i < TERM_PARTS && t->part[i]; i++)
		if (t->part[i]->by[s].n)
			return true;
	return false;
}

bool term_by_cgroup(const struct term *t)
{
	for (int i = 0; i < TERM_PARTS && t->part[i]; i++)
		if (selectors_by_cgroup(t->part[i]))
			return true;
	return false;
}

bool term_by_container(const struct term *t)
{
	for (int i = 0; i < TERM_PARTS && t->part[i]; i++)
		if (selectors_by_container(t->part[i]))
			return true;
	return false;
}
