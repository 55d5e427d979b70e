/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "dossier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

#define LABELS 1024 /* of one container at most; the rest is not looked at */

const char *dossier_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

int dossier_keep(char **field, const char *text)
{
	if (*field || !text || !*text)
		return 0;
	*field = strdup(text);
	return *field ? 0 : -ENOMEM;
}

static int add_label(struct container *c, const char *key, const char *value)
{
	struct container_label l = { 0 };
	int err;

	if (!value || c->label_n >= LABELS)
		return 0;
	err = dossier_keep(&l.key, key);
	if (!err && l.key) {
		l.value = strdup(value);
		err = l.value ? list_grow(&c->label, c->label_n, 1, sizeof(l)) : -ENOMEM;
	}
	if (err || !l.key) {
		free(l.key);
		free(l.value);
		return err;
	}
	c->label[c->label_n++] = l;
	return 0;
}

int dossier_label(struct container *c, json_t *from)
{
	const char *key;
	json_t *value;
	int err;

	json_object_foreach(from, key, value)
	{
		err = add_label(c, key, json_string_value(value));
		if (err)
			return err;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct container_label *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* By key; of two the first that was told stands (list_unique() would leak the other's texts). */
static void settle_labels(struct container *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->label_n; i++) {
		bool twice = false;

		for (size_t j = 0; !twice && j < kept; j++)
			twice = !strcmp(c->label[j].key, c->label[i].key);
		if (twice) {
			free(c->label[i].key);
			free(c->label[i].value);
		} else {
			c->label[kept++] = c->label[i];
		}
	}
	c->label_n = kept;
	if (kept)
		qsort(c->label, kept, sizeof(*c->label), by_key);
}

static const char *label(const struct container *c, const char *key)
{
	for (size_t i = 0; i < c->label_n; i++)
		if (!strcmp(c->label[i].key, key))
			return c->label[i].value;
	return NULL;
}

int dossier_settle(struct container *c)
{
	int err;

	settle_labels(c);
	err = dossier_keep(&c->pod, label(c, "io.kubernetes.pod.name"));
	return err ?: dossier_keep(&c->namespace, label(c, "io.kubernetes.pod.namespace"));
}

void dossier_clear(struct container *c)
{
	free(c->id);
	free(c->name);
	free(c->image);
	free(c->pod);
	free(c->namespace);
	for (size_t i = 0; i < c->label_n; i++) {
		free(c->label[i].key);
		free(c->label[i].value);
	}
	free(c->label);
	*c = (struct container){ 0 };
}
