/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values of selectors, as they are kept. */
#include "selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"
#include "list.h"
#include "text.h"
#include "value.h"

#define LABELS 64 /* they are looked for one by one */

const char *const selector_names[SELECTOR_COUNT + 1] = { "user", "group", "exe", "cgroup", "unit",
	"container", "image", "runtime", "pod", "namespace", "mta", "tenant", "interface", "vm",
	"name", NULL };

static const enum value_kind kinds[SELECTOR_COUNT] = { VALUE_ACCOUNT, VALUE_ACCOUNT, VALUE_PROGRAM,
	VALUE_CGROUP, VALUE_UNIT, VALUE_NAME, VALUE_IMAGE, VALUE_RUNTIME, VALUE_NAME, VALUE_NAME,
	VALUE_LITERAL, VALUE_ACCOUNT, VALUE_NAME, VALUE_LITERAL, VALUE_HOST };

const char *const selection_keys[] = { "to", "port", "label", "not", "user", "group", "exe",
	"cgroup", "unit", "container", "image", "runtime", "pod", "namespace", "mta", "tenant",
	"interface", "vm", NULL };

_Static_assert(
	sizeof(selection_keys) / sizeof(selection_keys[0]) == SELECTION_LISTS + SELECTOR_NAME + 1,
	"a name for each key");

const char selection_no_memory[] = "no memory";

static const char *add_to(struct address **to, size_t *n, uint32_t *classes, const char *text)
{
	int class = address_class_from_name(text), err;
	struct address a;

	if (class == CLASS_OWN)
		return "is not for rules: name the addresses; what is not named is exempt";
	if (class >= 0) {
		*classes |= 1U << class;
		return NULL;
	}
	err = address_parse(text, &a);
	if (err == -EDOM)
		return "has bits set behind its prefix length";
	if (err)
		return "is not an address, a prefix or a class of addresses (public, private, loopback, link-local, cgnat, ula, multicast)";
	if (list_grow(to, *n, 1, sizeof(**to)))
		return selection_no_memory;
	(*to)[(*n)++] = a;
	return NULL;
}

static const char *add_port(uint16_t **port, size_t *n, const char *text)
{
	uint64_t number;

	if (text_number(text, 65535, &number) || !number)
		return "is not a port, a number from 1 to 65535";
	if (list_grow(port, *n, 1, sizeof(**port)))
		return selection_no_memory;
	(*port)[(*n)++] = number;
	return NULL;
}

static const char *add_text(struct selectors_list *l, enum value_kind kind, const char *text)
{
	const char *fault = value_fault(kind, text);

	if (fault)
		return fault;
	if (list_add_text(&l->text, &l->n, text))
		return selection_no_memory;
	for (char *c = l->text[l->n - 1]; kind == VALUE_HOST && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	return NULL;
}

const char *selection_add(struct selectors *s, size_t key, const char *text)
{
	switch (key) {
	case SELECTION_TO:
		return add_to(&s->to, &s->to_n, &s->to_classes, text);
	case SELECTION_PORT:
		return add_port(&s->port, &s->port_n, text);
	case SELECTION_NOT_TO:
		return add_to(&s->not_to, &s->not_to_n, &s->not_classes, text);
	case SELECTION_NOT_PORT:
		return add_port(&s->not_port, &s->not_port_n, text);
	default:
		key -= SELECTION_LISTS;
		return add_text(&s->by[key], kinds[key], text);
	}
}

static struct selectors_label *find_label(const struct selectors *s, const char *key)
{
	for (size_t i = 0; i < s->label_n; i++)
		if (!strcmp(s->label[i].key, key))
			return s->label + i;
	return NULL;
}

const char *selection_label_fault(const struct selectors *s, const char *key)
{
	if (s->label_n == LABELS && !find_label(s, key))
		return "is one label too many: at most 64 may be asked for";
	return value_fault(VALUE_LABEL_KEY, key);
}

static struct selectors_label *new_label(struct selectors *s, const char *key)
{
	char *copy = strdup(key);

	if (!copy || list_grow(&s->label, s->label_n, 1, sizeof(*s->label))) {
		free(copy);
		return NULL;
	}
	s->label[s->label_n] = (struct selectors_label){ .key = copy };
	return s->label + s->label_n++;
}

const char *selection_add_label(struct selectors *s, const char *key, const char *text)
{
	const char *fault = selection_label_fault(s, key);
	struct selectors_label *label;

	if (fault)
		return fault;
	label = find_label(s, key);
	label = label ? label : new_label(s, key);
	return label ? add_text(&label->value, VALUE_LABEL, text) : selection_no_memory;
}

static int by_address(const void *a, const void *b)
{
	const struct address *p = a, *q = b;
	int order = memcmp(p->byte, q->byte, sizeof(p->byte));

	if (p->family != q->family)
		return p->family < q->family ? -1 : 1;
	return order ? order : (p->bits > q->bits) - (p->bits < q->bits);
}

static int by_port(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int by_key(const void *a, const void *b)
{
	const struct selectors_label *p = a, *q = b;

	return strcmp(p->key, q->key);
}

void selection_sort(struct selectors *s)
{
	list_unique(s->to, &s->to_n, sizeof(*s->to), by_address);
	list_unique(s->port, &s->port_n, sizeof(*s->port), by_port);
	list_unique(s->not_to, &s->not_to_n, sizeof(*s->not_to), by_address);
	list_unique(s->not_port, &s->not_port_n, sizeof(*s->not_port), by_port);
	for (size_t i = 0; i < SELECTOR_COUNT; i++)
		list_unique_text(s->by[i].text, &s->by[i].n);
	for (size_t i = 0; i < s->label_n; i++)
		list_unique_text(s->label[i].value.text, &s->label[i].value.n);
	if (s->label_n)
		qsort(s->label, s->label_n, sizeof(*s->label), by_key);
}

static int look_up(const struct selectors_list *l, int (*find)(const char *s, uint32_t *id),
	uint32_t **ids, const char **missing)
{
	uint32_t *id = l->n ? calloc(l->n, sizeof(*id)) : NULL;
	int err = l->n && !id ? -ENOMEM : 0;

	for (size_t i = 0; !err && i < l->n; i++) {
		err = find(l->text[i], id + i);
		*missing = l->text[i];
	}
	if (err) {
		free(id);
		return err;
	}
	free(*ids);
	*ids = id;
	return 0;
}

int selection_look_up(struct selectors *s, enum selector *key, const char **missing)
{
	int err;

	*key = SELECTOR_USER;
	err = look_up(s->by + SELECTOR_USER, value_uid, &s->uid, missing);
	if (err)
		return err;
	*key = SELECTOR_GROUP;
	return look_up(s->by + SELECTOR_GROUP, value_gid, &s->gid, missing);
}
