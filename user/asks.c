/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What terms ask of a cgroup, sorted for look-up. */
#include "asks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "say.h"
#include "vectors.h"

static const enum selector BY_LIST[] = { SELECTOR_CGROUP, SELECTOR_UNIT, SELECTOR_CONTAINER,
	SELECTOR_IMAGE, SELECTOR_RUNTIME, SELECTOR_POD, SELECTOR_NAMESPACE };

bool asks_is_id(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");

	return n >= ASKS_ID_LEAST && n <= ASKS_ID_MOST && !text[n];
}

static int add_texts(struct asks *a, uint32_t at, const struct selectors_list *l)
{
	struct ask *ask = &a->ask[at];
	int err = list_grow(&a->text, a->text_n, l->n, sizeof(*a->text));

	for (size_t i = 0; !err && i < l->n; i++) {
		uint32_t space = ask->space == SELECTOR_CGROUP ? PATTERNS_PATH : ask->space;

		if (space == SELECTOR_CONTAINER && asks_is_id(l->text[i]))
			space = ASKS_SPACE_ID;
		else
			ask->names = true;
		err = patterns_add(&a->patterns, space, l->text[i], a->text_n);
		a->text[a->text_n++] = (struct ask_text){ .text = l->text[i], .ask = at };
	}
	return err;
}

static int add_ask(
	struct asks *a, const struct term *t, struct ask *ask, const struct selectors_list *l)
{
	bool strict = term_is_strict(t);
	char where[TERM_WHERE];
	int err;

	if (ask->slot == ASKS_SLOTS)
		return refuse(-E2BIG, "%s: '%s' asks more than %d things of a cgroup",
			term_where(where, t), t->name, ASKS_SLOTS);
	err = list_grow(&a->ask, a->n, 1, sizeof(*a->ask));
	if (err)
		return err;
	a->ask[a->n] = *ask;
	vectors_set(&a->uses[ask->slot], ask->term);
	if (strict && ask->space == SELECTOR_UNIT) {
		vectors_set(&a->any_unit[ask->slot], ask->term);
	} else if (strict && ask->space != SELECTOR_CGROUP) {
		vectors_set(&a->any_container[ask->slot], ask->term);
		err = list_grow(&a->of_container, a->of_container_n, 1, sizeof(*a->of_container));
		if (err)
			return err;
		a->of_container[a->of_container_n++] = a->n;
	}
	ask->slot++;
	if (a->slots < ask->slot)
		a->slots = ask->slot;
	return add_texts(a, a->n++, l);
}

static int label_space(struct asks *a, const char *key, uint32_t *space)
{
	size_t i = 0;
	int err;

	while (i < a->key_n && strcmp(a->key[i], key))
		i++;
	*space = ASKS_SPACE_LABEL + i;
	if (i < a->key_n)
		return 0;
	err = list_grow(&a->key, a->key_n, 1, sizeof(*a->key));
	if (!err)
		a->key[a->key_n++] = key;
	return err;
}

/* `ask` brings the term and the next free slot. */
static int add_part(
	struct asks *a, const struct term *t, struct ask *ask, const struct selectors *s)
{
	int err = 0;

	ask->key = NULL;
	for (size_t i = 0; !err && i < sizeof(BY_LIST) / sizeof(*BY_LIST); i++) {
		ask->space = BY_LIST[i];
		if (s->by[BY_LIST[i]].n)
			err = add_ask(a, t, ask, &s->by[BY_LIST[i]]);
	}
	for (size_t i = 0; !err && i < s->label_n; i++) {
		ask->key = s->label[i].key;
		err = label_space(a, ask->key, &ask->space);
		err = err ?: add_ask(a, t, ask, &s->label[i].value);
	}
	return err;
}

static int add_term(struct asks *a, const struct term *t, size_t term)
{
	struct ask ask = { .term = term };
	int err = 0;

	if (!term_by_cgroup(t))
		return 0;
	vectors_set(&a->terms, term);
	if (term_is_strict(t))
		vectors_set(&a->strict, term);
	if (term_names(t, SELECTOR_USER))
		vectors_set(&a->with_user, term);
	a->by_container |= term_by_container(t);
	for (int i = 0; !err && i < TERM_PARTS && t->part[i]; i++)
		err = add_part(a, t, &ask, t->part[i]);
	return err;
}

int asks_list(const struct terms *t, struct asks *out)
{
	struct asks a = { .words = (t->n + 63) / 64 };
	int err = 0;

	for (size_t i = 0; !err && i < t->n; i++)
		err = add_term(&a, &t->term[i], i);
	err = err ?: patterns_settle(&a.patterns);
	if (err)
		asks_clear(&a);
	else
		*out = a;
	return err;
}

void asks_clear(struct asks *a)
{
	patterns_free(&a->patterns);
	free(a->ask);
	free(a->text);
	free(a->key);
	free(a->of_container);
	*a = (struct asks){ 0 };
}
