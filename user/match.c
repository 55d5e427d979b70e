/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which terms a cgroup is compatible with: by its path, its unit, its container. */
#include "match.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asks.h"
#include "container.h"

/* What containers told so far. */
struct told {
	size_t known, labelled;
};

struct match {
	const struct terms *terms;
	struct containers *containers;
	struct asks asks;
	struct told *told; /* owned */
	bool limits; /* some term has one */
	char kind[128];
};

_Static_assert(MATCH_SLOTS == ASKS_SLOTS, "a slot of the level for each");

int match_open(const struct terms *t, struct containers *c, struct match **out)
{
	struct match *m = calloc(1, sizeof(*m));
	struct told *told = calloc(1, sizeof(*told));
	int err = m && told ? asks_list(t, &m->asks) : -ENOMEM;

	if (err) {
		free(m);
		free(told);
		return err;
	}
	m->told = told;
	for (size_t i = 0; i < t->n; i++)
		m->limits |= t->term[i].order->action == ACTION_LIMIT;
	m->terms = t;
	m->containers = c;
	*out = m;
	return 0;
}

void match_close(struct match *m)
{
	if (!m)
		return;
	asks_clear(&m->asks);
	free(m->told);
	free(m);
}

bool match_needed(const struct match *m)
{
	return m->asks.n || m->limits;
}

/* A directory that is looked at. */
struct look {
	const struct asks *a;
	struct containers *containers;
	struct told *told;
	struct match_level *out;
	struct fence_vector *could; /* by slot: met by some path below it */
	bool owned; /* its parent's owner may be anybody, and gave it its name */
	bool rootless; /* a user's own container */
};

static void hit_path(const struct patterns_entry *e, void *arg)
{
	const struct look *l = arg;
	struct ask_text *t = &l->a->text[e->tag];
	const struct ask *a = &l->a->ask[t->ask];

	t->seen = true;
	vectors_set(&l->out->slot[a->slot], a->term);
}

static void hit_below(const struct patterns_entry *e, void *arg)
{
	const struct look *l = arg;
	const struct ask *a = &l->a->ask[l->a->text[e->tag].ask];

	if (vectors_has(&l->a->strict, a->term))
		vectors_set(&l->could[a->slot], a->term);
}

/* One called exim4.service below a service or scope earns nothing there, but what is strict holds. */
static void hit_unit(const struct patterns_entry *e, void *arg)
{
	const struct look *l = arg;

	if (!l->owned || vectors_has(&l->a->strict, l->a->ask[l->a->text[e->tag].ask].term))
		hit_path(e, arg);
}

/*
 * A user's own container has whatever name and labels the user gave it: that earns only what the user
 * has to be named for besides.
 */
static void hit_container(const struct patterns_entry *e, void *arg)
{
	const struct look *l = arg;
	struct ask_text *t = &l->a->text[e->tag];
	size_t term = l->a->ask[t->ask].term;

	if (!l->rootless || vectors_has(&l->a->strict, term) || vectors_has(&l->a->with_user, term))
		hit_path(e, arg);
	else
		t->distrusted = true;
}

/* systemd writes "_" before what would clash with the kernel's files, so "_cpu.service". */
static const char *unit_of(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return *name == '_' ? name + 1 : name;
}

static void match_text(const struct look *l, uint32_t space, const char *text)
{
	const struct patterns_call to = { hit_container, (void *)l };

	if (text)
		patterns_match(&l->a->patterns, space, text, &to);
}

static void match_id(const struct look *l, const char *id)
{
	char head[ASKS_ID_MOST + 1];

	if (!asks_is_id(id)) { /* of LXC its name */
		match_text(l, SELECTOR_CONTAINER, id);
		return;
	}
	for (size_t n = strlen(id); n >= ASKS_ID_LEAST; n--) {
		memcpy(head, id, n);
		head[n] = 0;
		match_text(l, ASKS_SPACE_ID, head);
	}
}

/* What the state files may yet tell, or never do, could be any of what strict terms ask for. */
static bool may_be(const struct ask *a, const struct container *c, bool known)
{
	const char *const told[SELECTOR_COUNT] = {
		[SELECTOR_CONTAINER] = a->names ? c->name : c->id,
		[SELECTOR_IMAGE] = c->image,
		[SELECTOR_RUNTIME] = c->runtime,
		[SELECTOR_POD] = c->pod,
		[SELECTOR_NAMESPACE] = c->namespace,
	};

	if (a->space < SELECTOR_COUNT)
		return !known && !told[a->space];
	for (size_t i = 0; i < c->label_n; i++)
		if (!strcmp(c->label[i].key, a->key))
			return false;
	return !known || !c->labelled;
}

static int look_container(const struct look *l, const char *path)
{
	const struct container *c = NULL;
	struct look in = *l;
	bool known = true;
	int err = container_find(l->containers, path, &c, &known);

	if (err || !c)
		return err;
	in.rootless = c->rootless;
	l->out->known &= known;
	l->told->known += known;
	l->told->labelled += known && c->labelled;
	match_id(&in, c->id);
	match_text(&in, SELECTOR_CONTAINER, c->name);
	match_text(&in, SELECTOR_IMAGE, c->image);
	match_text(&in, SELECTOR_RUNTIME, c->runtime);
	match_text(&in, SELECTOR_POD, c->pod);
	match_text(&in, SELECTOR_NAMESPACE, c->namespace);
	for (size_t i = 0; i < c->label_n; i++)
		for (size_t k = 0; k < l->a->key_n; k++)
			if (!strcmp(l->a->key[k], c->label[i].key))
				match_text(&in, ASKS_SPACE_LABEL + k, c->label[i].value);
	if (known && c->labelled)
		return 0;
	for (size_t i = 0; i < l->a->of_container_n; i++) {
		const struct ask *a = &l->a->ask[l->a->of_container[i]];

		if (may_be(a, c, known))
			vectors_set(&l->out->slot[a->slot], a->term);
	}
	return 0;
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

static void look_name(struct match_level *out, const char *path, bool container)
{
	const char *unit = unit_of(path);
	bool service = ends_in(unit, ".service"), part = out->inside || out->in_user;

	out->in_container |= container;
	out->inside |= container || service || ends_in(unit, ".scope");
	out->in_user |= (service && !strncmp(unit, "user@", 5)) ||
			(ends_in(unit, ".slice") && !strncmp(unit, "user-", 5));
	out->whole = !part && (out->inside || out->in_user);
}

/* From what has been met by slot to the terms of which all has. */
static void settle(const struct asks *a, struct match_level *out, const struct fence_vector *could)
{
	bool containers = !out->in_container && !(out->inside && out->in_user);

	for (int i = 0; i < a->words; i++) {
		uint64_t own = a->terms.word[i], below = own;

		for (int s = 0; s < a->slots; s++) {
			uint64_t met = out->slot[s].word[i] | ~a->uses[s].word[i];

			own &= met;
			below &= met | could[s].word[i] |
				 (out->inside ? 0 : a->any_unit[s].word[i]) |
				 (containers ? a->any_container[s].word[i] : 0);
		}
		out->own.word[i] = own;
		out->below.word[i] = below; /* only strict ones could, so others as here */
	}
}

int match_child(const struct match *m, const struct match_level *parent, const char *path,
	struct match_level *out)
{
	static const struct match_level above = { .known = true };
	struct fence_vector could[MATCH_SLOTS] = { 0 };
	struct look l = { &m->asks, m->containers, m->told, out, could, parent && parent->inside,
		false };
	const struct patterns *p = &m->asks.patterns;
	bool container = container_is(path);
	int err = 0;

	*out = parent ? *parent : above;
	look_name(out, path, container);
	out->whole &= m->limits;
	patterns_match(p, PATTERNS_PATH, path, &(struct patterns_call){ hit_path, &l });
	if (*unit_of(path)) /* the root is none */
		patterns_match(
			p, SELECTOR_UNIT, unit_of(path), &(struct patterns_call){ hit_unit, &l });
	patterns_below(p, path, &(struct patterns_call){ hit_below, &l });
	if (container && m->asks.by_container)
		err = look_container(&l, path);
	settle(&m->asks, out, could);
	return err;
}

void match_containers(const struct match *m, size_t *known, size_t *labelled)
{
	*known = m->told->known;
	*labelled = m->told->labelled;
}

bool match_value(struct match *m, size_t i, struct match_value *out)
{
	const struct ask_text *t;
	const struct ask *a;

	if (i >= m->asks.text_n)
		return false;
	t = &m->asks.text[i];
	a = &m->asks.ask[t->ask];
	(void)snprintf(m->kind, sizeof(m->kind), "%s%s", a->key ? "label " : "",
		a->key ?: selector_names[a->space]);
	*out = (struct match_value){ .term = &m->terms->term[a->term],
		.kind = m->kind,
		.text = t->text,
		.by_label = a->key,
		.of_container = a->space > SELECTOR_CONTAINER,
		.seen = t->seen,
		.distrusted = t->distrusted };
	return true;
}
