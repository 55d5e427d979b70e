/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many texts and globs at once: which of them match a text, or could match a path below one. Pure. */
#include "patterns.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

#define SPECIAL "*?["

/* Components of an absolute path; "/" has none. */
static size_t depth_of(const char *path)
{
	size_t n = 0;

	for (; path[0] && path[1]; path++)
		n += *path == '/';
	return n;
}

int patterns_add(struct patterns *p, uint32_t space, const char *text, uint32_t tag)
{
	struct patterns_entry e = { .text = text, .space = space, .tag = tag };
	int err = list_grow(&p->entry, p->n, 1, sizeof(*p->entry));

	if (err)
		return err;
	e.plain = strcspn(text, SPECIAL);
	e.glob = text[e.plain];
	e.depth = depth_of(text);
	p->entry[p->n++] = e;
	return 0;
}

/* Those of a space together, texts before globs. */
static int by_order(const void *a, const void *b)
{
	const struct patterns_entry *x = a, *y = b;

	if (x->space != y->space)
		return x->space < y->space ? -1 : 1;
	return x->glob != y->glob ? x->glob - y->glob : strcmp(x->text, y->text);
}

static int find_ranges(struct patterns *p)
{
	struct patterns_range *r = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct patterns_entry *e = &p->entry[i];

		if (!r || r->space != e->space) {
			if (list_grow(&p->range, p->range_n, 1, sizeof(*p->range)))
				return -ENOMEM;
			r = &p->range[p->range_n++];
			*r = (struct patterns_range){ e->space, i, i, i };
		}
		r->glob += !e->glob;
		r->end++;
	}
	return 0;
}

static const struct patterns_range *range_of(const struct patterns *p, uint32_t space)
{
	static const struct patterns_range none;

	for (size_t i = 0; i < p->range_n && p->range[i].space <= space; i++)
		if (p->range[i].space == space)
			return &p->range[i];
	return &none;
}

static int cut_heads(struct patterns_entry *e)
{
	const char *end = e->text;

	e->head = calloc(e->depth + 1, sizeof(*e->head));
	if (!e->head)
		return -ENOMEM;
	for (size_t i = 0; i < e->depth; i++) {
		e->head[i] = strndup(e->text, end - e->text);
		if (!e->head[i])
			return -ENOMEM;
		end++;
		end += strcspn(end, "/");
	}
	return 0;
}

int patterns_settle(struct patterns *p)
{
	int err;

	if (p->n)
		qsort(p->entry, p->n, sizeof(*p->entry), by_order);
	err = find_ranges(p);
	for (size_t i = 0; !err && i < p->n; i++)
		if (p->entry[i].glob && p->entry[i].space == PATTERNS_PATH)
			err = cut_heads(&p->entry[i]);
	return err;
}

void patterns_free(struct patterns *p)
{
	for (size_t i = 0; i < p->n; i++) {
		for (size_t j = 0; p->entry[i].head && j < p->entry[i].depth; j++)
			free(p->entry[i].head[j]);
		free(p->entry[i].head);
	}
	free(p->entry);
	free(p->range);
	*p = (struct patterns){ 0 };
}

/* What an entry's text is compared with: `n` bytes of `text`, then `end`. */
struct sought {
	const char *text;
	size_t n;
	unsigned char end;
	size_t depth; /* entries with fewer components are not meant: "/" is not below the root */
};

static int compare(const struct patterns_entry *e, const struct sought *s)
{
	int at = strncmp(e->text, s->text, s->n);

	return at ?: (unsigned char)e->text[s->n] - s->end;
}

/* Calls for all texts of a range that equal what is sought. */
static void match_texts(const struct patterns *p, const struct patterns_range *r,
	const struct sought *s, const struct patterns_call *to)
{
	size_t low = r->text, high = r->glob, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&p->entry[middle], s) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->glob && !compare(&p->entry[low], s); low++)
		if (p->entry[low].depth >= s->depth)
			to->hit(&p->entry[low], to->arg);
}

void patterns_match(
	const struct patterns *p, uint32_t space, const char *text, const struct patterns_call *to)
{
	const struct sought whole = { text, strlen(text), 0, 0 };
	const struct patterns_range *r = range_of(p, space);
	int flags = FNM_NOESCAPE | (space == PATTERNS_PATH ? FNM_PATHNAME : 0);
	bool root = space == PATTERNS_PATH && !depth_of(text); /* although '*' may be nothing */

	match_texts(p, r, &whole, to);
	for (size_t i = r->glob; i < r->end && !root; i++) {
		const struct patterns_entry *e = &p->entry[i];

		if (!strncmp(e->text, text, e->plain) && !fnmatch(e->text, text, flags))
			to->hit(e, to->arg);
	}
}

void patterns_below(const struct patterns *p, const char *path, const struct patterns_call *to)
{
	const size_t depth = depth_of(path), n = depth ? strlen(path) : 0;
	const struct sought in = { path, n, '/', depth + 1 };
	const struct patterns_range *r = range_of(p, PATTERNS_PATH);

	for (size_t i = r->glob; i < r->end; i++) {
		const struct patterns_entry *e = &p->entry[i];

		if (e->depth > depth && !strncmp(e->text, path, n < e->plain ? n : e->plain) &&
			!fnmatch(e->head[depth], n ? path : "", FNM_NOESCAPE | FNM_PATHNAME))
			to->hit(e, to->arg);
	}
	match_texts(p, r, &in, to);
}
