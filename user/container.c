/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "container.h"

#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "runtime.h"
#include "runtimes.h"
#include "shape.h"

struct kept {
	char *path;
	struct container c;
	bool known;
};

struct containers {
	char *root;
	char *mount; /* of the v2 tree; NULL none */
	void *tree; /* of struct kept, by path: tsearch(3) */
};

static int by_path(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void kept_free(void *arg)
{
	struct kept *e = arg;

	dossier_clear(&e->c);
	free(e->path);
	free(e);
}

int containers_open(const char *root, struct containers **out)
{
	struct containers *c = calloc(1, sizeof(*c));

	if (!root)
		root = getenv("SMTPFENCE_ROOT") ?: "";
	if (c)
		c->root = strdup(root);
	if (!c || !c->root) {
		free(c);
		return -ENOMEM;
	}
	(void)cgroup_mount(&c->mount); /* none: then there is no cgroup to ask for either */
	*out = c;
	return 0;
}

void containers_close(struct containers *c)
{
	if (!c)
		return;
	tdestroy(c->tree, kept_free);
	free(c->mount);
	free(c->root);
	free(c);
}

/*
 * A cgroup is made by whoever may write to the directory above it, and nobody can move it later: where
 * that is not root alone, its name says nothing. One that is gone is nobody's.
 */
static bool is_users(const char *mount, const char *path, struct shape *s)
{
	const char *slash = strrchr(path, '/');
	char above[PATH_MAX];
	struct stat st;

	if (s->uid)
		return true;
	if (!mount || !slash)
		return false;
	if (snprintf(above, sizeof(above), "%s%.*s", mount, (int)(slash - path), path) >=
		(int)sizeof(above))
		return true;
	if (stat(above, &st))
		return false;
	s->uid = st.st_uid;
	return st.st_uid || (st.st_mode & 022);
}

static int look(const struct containers *c, struct shape *s, struct kept *e)
{
	struct container found = { 0 };
	bool users = is_users(c->mount, e->path, s);
	int err = runtime_read(c->root, s, &found);
	bool known = !err;

	if (err && err != -ENOENT)
		return err;
	if (!known)
		found.runtime = s->runtime;
	found.id = strndup(s->id, s->id_n);
	if (!found.id) {
		dossier_clear(&found);
		return -ENOMEM;
	}
	found.rootless = users;
	dossier_clear(&e->c);
	e->c = found;
	e->known = known;
	return 0;
}

static struct kept *kept_find(const struct containers *c, const char *path)
{
	const struct kept key = { .path = (char *)path }; /* only compared */
	struct kept **at = tfind(&key, &c->tree, by_path);

	return at ? *at : NULL;
}

static int kept_make(struct containers *c, const char *path, struct shape *s, struct kept **out)
{
	struct kept *e = calloc(1, sizeof(*e));
	int err = -ENOMEM;

	if (!e)
		return err;
	e->path = strdup(path);
	if (e->path)
		err = look(c, s, e);
	if (!err && !tsearch(e, &c->tree, by_path))
		err = -ENOMEM;
	if (err)
		kept_free(e);
	else
		*out = e;
	return err;
}

int container_find(
	struct containers *c, const char *path, const struct container **out, bool *known)
{
	struct shape s;
	struct kept *e;
	int err = 0;

	if (!shape_read(path, &s)) {
		*out = NULL;
		*known = true;
		return 0;
	}
	e = kept_find(c, path);
	if (!e)
		err = kept_make(c, path, &s, &e);
	else if (!e->known)
		err = look(c, &s, e);
	if (err)
		return err;
	*out = &e->c;
	*known = e->known;
	return 0;
}

void containers_forget(struct containers *c, const char *path)
{
	struct kept *e = kept_find(c, path);

	if (!e)
		return;
	(void)tdelete(e, &c->tree, by_path); /* its parent's node, of no use */
	kept_free(e);
}

bool containers_any(const struct containers *c)
{
	return runtimes_any(c->root);
}

bool container_is(const char *path)
{
	struct shape s;

	return shape_read(path, &s);
}
