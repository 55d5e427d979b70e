/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strict reading of small YAML files: every complaint names file:line:column and what is accepted. */
#include "yaml.h"

/* libyaml's header has our header's name; "../include" leads past our own directory. */
#include <../include/yaml.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "list.h"
#include "say.h"

#define BYTES_MAX 10000000
#define NODES_MAX 500000
#define DEPTH_MAX 16
#define TOLD_BEGIN 600 /* bytes of a complaint */
#define TOLD_END 300

enum kind {
	KIND_SCALAR,
	KIND_LIST,
	KIND_MAP,
};

struct yaml_node {
	const struct yaml *doc;
	uint32_t at; /* scalar: offset in doc->text; else: in doc->child */
	uint32_t length; /* entries; of a map the child array holds key, value, key, value, ... */
	uint32_t line, column; /* from 1 */
	uint8_t kind;
};

struct yaml {
	char *name;
	struct yaml_node *node; /* in file order: the root is the first */
	uint32_t *child; /* indexes into node */
	char *text; /* scalars, each with its zero */
	size_t node_n, child_n, text_n;
};

struct frame {
	uint32_t node;
	size_t pending; /* where its children begin among those not yet filed */
};

struct loader {
	struct yaml *y;
	yaml_parser_t parser;
	struct frame frame[DEPTH_MAX];
	unsigned depth;
	unsigned documents;
	uint32_t *pending;
	size_t pending_n;
};

/*
 * `kind` comes before the text: "" or "warning: ". A value of megabytes may be in the text; one line that
 * a person reads has its beginning and its end.
 */
static void tell(const struct yaml_node *n, const char *kind, const char *fmt, va_list ap)
{
	char *text = NULL;
	int length = vasprintf(&text, fmt, ap);
	bool cut = length > TOLD_BEGIN + 3 + TOLD_END;

	say("%s:%u:%u: %s%.*s%s%s", n->doc->name, n->line, n->column, kind,
		cut ? TOLD_BEGIN : INT_MAX, length < 0 ? fmt : text, cut ? "..." : "",
		cut ? text + length - TOLD_END : "");
	free(length < 0 ? NULL : text);
}

int yaml_refuse(const struct yaml_node *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(n, "", fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void yaml_warn(const struct yaml_node *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(n, "warning: ", fmt, ap);
	va_end(ap);
}

/* The same for what has no node yet. */
__attribute__((format(printf, 3, 4))) static int complain(
	const struct yaml *y, yaml_mark_t at, const char *fmt, ...)
{
	struct yaml_node n = { .doc = y, .line = at.line + 1, .column = at.column + 1 };
	va_list ap;

	va_start(ap, fmt);
	tell(&n, "", fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int add(struct loader *l, const yaml_event_t *e, uint8_t kind)
{
	struct yaml *y = l->y;
	int err;

	if (y->node_n == NODES_MAX)
		return complain(y, e->start_mark, "more than %d values", NODES_MAX);
	err = list_grow(&y->node, y->node_n, 1, sizeof(*y->node));
	if (!err)
		err = list_grow(&l->pending, l->pending_n, 1, sizeof(*l->pending));
	if (err)
		return fail(err, "read %s", y->name);
	y->node[y->node_n] = (struct yaml_node){
		.doc = y,
		.kind = kind,
		.line = e->start_mark.line + 1,
		.column = e->start_mark.column + 1,
	};
	l->pending[l->pending_n++] = y->node_n++;
	return 0;
}

static int plain(const struct yaml *y, const yaml_event_t *e, const void *anchor, const void *tag)
{
	if (anchor)
		return complain(y, e->start_mark, "anchors and aliases are not accepted");
	if (tag)
		return complain(y, e->start_mark, "tags (!...) are not accepted");
	return 0;
}

static int add_scalar(struct loader *l, const yaml_event_t *e)
{
	const char *s = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	struct yaml *y = l->y;
	int err = plain(y, e, e->data.scalar.anchor, e->data.scalar.tag);

	if (!err && memchr(s, 0, n))
		err = complain(y, e->start_mark, "a NUL character is not accepted");
	if (!err)
		err = add(l, e, KIND_SCALAR);
	if (!err)
		err = list_grow(&y->text, y->text_n, n + 1, 1) ? fail(-ENOMEM, "read %s", y->name)
							       : 0;
	if (err)
		return err;
	y->node[y->node_n - 1].at = y->text_n;
	memcpy(y->text + y->text_n, s, n + 1);
	y->text_n += n + 1;
	return 0;
}

static int push(struct loader *l, const yaml_event_t *e, uint8_t kind)
{
	int err;

	if (l->depth == DEPTH_MAX)
		return complain(l->y, e->start_mark, "nested deeper than %d levels", DEPTH_MAX);
	err = add(l, e, kind);
	if (err)
		return err;
	l->frame[l->depth++] = (struct frame){ l->y->node_n - 1, l->pending_n };
	return 0;
}

static int by_text(const void *a, const void *b, void *arg)
{
	const struct yaml *y = arg;
	const struct yaml_node *p = y->node + *(const uint32_t *)a;
	const struct yaml_node *q = y->node + *(const uint32_t *)b;
	int order = strcmp(y->text + p->at, y->text + q->at);

	return order ? order : (p > q) - (p < q);
}

static int check_keys(struct yaml *y, const struct yaml_node *map)
{
	const uint32_t *child = y->child + map->at;
	uint32_t *key = malloc((map->length + 1) * sizeof(*key));
	int err = 0;

	if (!key)
		return fail(-ENOMEM, "read %s", y->name);
	for (uint32_t i = 0; i < map->length && !err; i++) {
		key[i] = child[2 * i];
		if (y->node[key[i]].kind != KIND_SCALAR)
			err = yaml_refuse(y->node + key[i], "a key must be plain text");
	}
	if (err)
		goto out;
	qsort_r(key, map->length, sizeof(*key), by_text, y);
	for (uint32_t i = 1; i < map->length && !err; i++) {
		const struct yaml_node *a = y->node + key[i - 1], *b = y->node + key[i];

		if (!strcmp(y->text + a->at, y->text + b->at))
			err = yaml_refuse(b, "'%s' is here twice; it is already in line %u",
				y->text + b->at, a->line);
	}
out:
	free(key);
	return err;
}

static int pop(struct loader *l)
{
	struct frame f = l->frame[--l->depth];
	size_t n = l->pending_n - f.pending;
	struct yaml *y = l->y;
	struct yaml_node *node;
	int err = list_grow(&y->child, y->child_n, n, sizeof(*y->child));

	if (err)
		return fail(err, "read %s", y->name);
	node = y->node + f.node;
	node->at = y->child_n;
	node->length = node->kind == KIND_MAP ? n / 2 : n;
	memcpy(y->child + y->child_n, l->pending + f.pending, n * sizeof(*y->child));
	y->child_n += n;
	l->pending_n = f.pending;
	return node->kind == KIND_MAP ? check_keys(y, node) : 0;
}

static int begin_document(struct loader *l, const yaml_event_t *e)
{
	if (l->documents++)
		return complain(l->y, e->start_mark, "only one document is accepted");
	if (e->data.document_start.tag_directives.start !=
		e->data.document_start.tag_directives.end)
		return complain(l->y, e->start_mark, "%%TAG is not accepted");
	return 0;
}

static int take(struct loader *l, const yaml_event_t *e)
{
	int err;

	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return begin_document(l, e);
	case YAML_ALIAS_EVENT:
		return complain(l->y, e->start_mark, "anchors and aliases are not accepted");
	case YAML_SCALAR_EVENT:
		return add_scalar(l, e);
	case YAML_SEQUENCE_START_EVENT:
		err = plain(l->y, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
		return err ? err : push(l, e, KIND_LIST);
	case YAML_MAPPING_START_EVENT:
		err = plain(l->y, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
		return err ? err : push(l, e, KIND_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return pop(l);
	default:
		return 0;
	}
}

/* What libyaml did not like. It gives its encoding errors by offset only. */
static int parser_error(const struct loader *l, const char *text, size_t n)
{
	const yaml_parser_t *p = &l->parser;
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return fail(-ENOMEM, "read %s", l->y->name);
	if (p->error == YAML_READER_ERROR) {
		at = (yaml_mark_t){ 0 };
		for (size_t i = 0; i < p->problem_offset && i < n; i++) {
			at.column = text[i] == '\n' ? 0 : at.column + 1;
			at.line += text[i] == '\n';
		}
	}
	return complain(l->y, at, "%s%s%s", p->problem ? p->problem : "not YAML",
		p->context ? " " : "", p->context ? p->context : "");
}

static int load(struct loader *l, const char *text, size_t n)
{
	yaml_event_t e;
	bool end = false;
	int err = 0;

	if (!yaml_parser_initialize(&l->parser))
		return fail(-ENOMEM, "read %s", l->y->name);
	yaml_parser_set_input_string(&l->parser, (const unsigned char *)text, n);
	yaml_parser_set_encoding(&l->parser, YAML_UTF8_ENCODING);
	while (!err && !end) {
		if (!yaml_parser_parse(&l->parser, &e)) {
			err = parser_error(l, text, n);
			break;
		}
		end = e.type == YAML_STREAM_END_EVENT;
		err = take(l, &e);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&l->parser);
	if (!err && !l->y->node_n)
		err = refuse(-EINVAL, "%s: holds nothing", l->y->name);
	return err;
}

int yaml_from_text(const char *name, const char *text, size_t n, struct yaml **out)
{
	struct loader l = { 0 };
	int err;

	if (n > BYTES_MAX)
		return refuse(-EFBIG, "%s: larger than %d bytes", name, BYTES_MAX);
	l.y = calloc(1, sizeof(*l.y));
	if (!l.y || !(l.y->name = strdup(name))) {
		err = fail(-ENOMEM, "read %s", name);
		goto out;
	}
	err = load(&l, text, n);
	if (err)
		goto out;
	*out = l.y;
	l.y = NULL;
out:
	free(l.pending);
	yaml_close(l.y);
	return err;
}

int yaml_open(const char *path, struct yaml **out)
{
	char *text = NULL;
	size_t n;
	int err = file_read(path, BYTES_MAX, &text, &n);

	if (!err)
		err = yaml_from_text(strcmp(path, "-") ? path : "stdin", text, n, out);
	free(text);
	return err;
}

void yaml_close(struct yaml *y)
{
	if (!y)
		return;
	free(y->name);
	free(y->node);
	free(y->child);
	free(y->text);
	free(y);
}

struct yaml_node *yaml_root(struct yaml *y)
{
	return y->node;
}

bool yaml_is_map(const struct yaml_node *n)
{
	return n->kind == KIND_MAP;
}

bool yaml_is_list(const struct yaml_node *n)
{
	return n->kind == KIND_LIST;
}

const char *yaml_scalar(const struct yaml_node *n)
{
	return n->kind == KIND_SCALAR ? n->doc->text + n->at : NULL;
}

struct yaml_node *yaml_at(const struct yaml_node *n, size_t i, struct yaml_node **key)
{
	const uint32_t *child = n->doc->child + n->at;

	if (n->kind == KIND_SCALAR || i >= n->length)
		return NULL;
	if (n->kind == KIND_LIST)
		return n->doc->node + child[i];
	if (key)
		*key = n->doc->node + child[2 * i];
	return n->doc->node + child[2 * i + 1];
}

size_t yaml_length(const struct yaml_node *n)
{
	return n->length;
}

unsigned yaml_line(const struct yaml_node *n)
{
	return n->line;
}
