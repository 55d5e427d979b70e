/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

struct waiting {
	uint64_t id;
	char *path;
	uint64_t due_ms;
	uint32_t wait_ms;
};

struct pending {
	struct waiting *w; /* in no order: they are few, and go soon */
	size_t n;
};

int pending_open(struct pending **out)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	*out = p;
	return 0;
}

void pending_close(struct pending *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->w[i].path);
	free(p->w);
	free(p);
}

static struct waiting *find(const struct pending *p, uint64_t id)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->w[i].id == id)
			return &p->w[i];
	return NULL;
}

int pending_add(struct pending *p, uint64_t id, const char *path, uint64_t now_ms)
{
	struct waiting w = {
		.id = id, .due_ms = now_ms + PENDING_FIRST_MS, .wait_ms = PENDING_FIRST_MS
	};
	int err;

	if (find(p, id))
		return 0;
	if (p->n == PENDING_MOST)
		return -E2BIG;
	w.path = strdup(path);
	err = w.path ? list_grow(&p->w, p->n, 1, sizeof(w)) : -ENOMEM;
	if (err)
		free(w.path);
	else
		p->w[p->n++] = w;
	return err;
}

static void drop(struct pending *p, struct waiting *w)
{
	free(w->path);
	*w = p->w[--p->n];
}

void pending_drop(struct pending *p, uint64_t id)
{
	struct waiting *w = find(p, id);

	if (w)
		drop(p, w);
}

uint64_t pending_next(const struct pending *p)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < p->n; i++)
		if (p->w[i].due_ms < next)
			next = p->w[i].due_ms;
	return next;
}

int pending_each(struct pending *p, uint64_t now_ms,
	int (*due)(uint64_t id, const char *path, void *arg), void *arg)
{
	int end;

	for (size_t i = p->n; i--;) { /* from the last: what is dropped is filled from there */
		struct waiting *w = &p->w[i];

		if (w->due_ms > now_ms)
			continue;
		end = due(w->id, w->path, arg);
		if (end < 0)
			return end;
		if (end) {
			drop(p, w);
			continue;
		}
		w->wait_ms = w->wait_ms < PENDING_LAST_MS / 2 ? 2 * w->wait_ms : PENDING_LAST_MS;
		w->due_ms = now_ms + w->wait_ms;
	}
	return 0;
}
