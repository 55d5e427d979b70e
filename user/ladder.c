/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ladder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"

struct rung {
	char *path; /* NULL: and then of none below it either */
	struct match_level level;
};

struct ladder {
	const struct match *match;
	struct rung rung[FENCE_DEPTH + 1]; /* by depth; the root's is 0 */
};

int ladder_open(const struct match *m, struct ladder **out)
{
	struct ladder *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->match = m;
	*out = l;
	return 0;
}

static void drop_from(struct ladder *l, int depth)
{
	for (; depth <= FENCE_DEPTH; depth++) {
		free(l->rung[depth].path);
		l->rung[depth].path = NULL;
	}
}

void ladder_close(struct ladder *l)
{
	if (!l)
		return;
	drop_from(l, 0);
	free(l);
}

/* The path of the rung at `depth` on the way to `path`: its first n bytes. */
static int step(struct ladder *l, int depth, const char *path, size_t n)
{
	struct rung *r = &l->rung[depth];
	char *here;
	int err;

	if (r->path && strlen(r->path) == n && !memcmp(r->path, path, n))
		return 0;
	drop_from(l, depth);
	here = strndup(path, n);
	if (!here)
		return -ENOMEM;
	err = match_child(l->match, depth ? &r[-1].level : NULL, here, &r->level);
	if (err)
		free(here);
	else
		r->path = here;
	return err;
}

int ladder_climb(struct ladder *l, const char *path, const struct match_level **own,
	const struct match_level **parent)
{
	size_t n = path[1] ? 0 : 1; /* bytes of the path so far */
	int depth = 0, err = step(l, 0, "/", 1);

	while (!err && path[n]) {
		if (++depth > FENCE_DEPTH)
			return -E2BIG;
		n += 1 + strcspn(path + n + 1, "/");
		err = step(l, depth, path, n);
	}
	if (err)
		return err;
	*own = &l->rung[depth].level;
	*parent = depth ? &l->rung[depth - 1].level : NULL;
	return 0;
}

void ladder_forget(struct ladder *l, const char *path)
{
	size_t n = strlen(path);

	for (int depth = 0; depth <= FENCE_DEPTH; depth++) {
		const char *there = l->rung[depth].path;

		if (there && strlen(there) == n && !memcmp(there, path, n))
			drop_from(l, depth);
	}
}
