/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A container's name as the id that it has now. */
#include "anchor.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "asks.h"
#include "cgroup.h"
#include "container.h"
#include "list.h"
#include "say.h"

struct search {
	const char *glob;
	struct containers *containers;
	char **ids;
	size_t n;
};

static bool is(const struct container *c, const char *glob)
{
	if (asks_is_id(glob))
		return !strncmp(c->id, glob, strlen(glob));
	return !fnmatch(glob, c->name ? c->name : c->id, 0);
}

static int visit(const char *path, void *arg)
{
	struct search *s = arg;
	const struct container *c = NULL;
	bool known;
	int err;

	if (!container_is(path))
		return 0;
	err = container_find(s->containers, path, &c, &known);
	if (!err && c && is(c, s->glob))
		err = list_add_text(&s->ids, &s->n, c->id);
	return err;
}

int anchor_container(const char *glob, char ***ids, size_t *n)
{
	struct search s = { .glob = glob };
	char *mount = NULL;
	int err = cgroup_mount(&mount);

	if (err)
		return err;
	err = containers_open(NULL, &s.containers);
	if (!err)
		err = cgroup_walk(mount, visit, &s);
	if (err)
		(void)fail(err, "look for container %s", glob);
	else if (!s.n)
		err = refuse(-ENOENT, "no container '%s' runs here now", glob);
	containers_close(s.containers);
	free(mount);
	if (err) {
		list_free_text(s.ids, s.n);
		return err;
	}
	list_unique_text(s.ids, &s.n);
	*ids = s.ids;
	*n = s.n;
	return 0;
}
