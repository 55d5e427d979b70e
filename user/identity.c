/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who a process is, as rules ask for it. */
#include "identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "list.h"
#include "process.h"

static int add_gid(struct identity *i, uint32_t gid)
{
	int err = list_grow(&i->gid, i->gid_n, 1, sizeof(*i->gid));

	if (!err)
		i->gid[i->gid_n++] = gid;
	return err;
}

static int add_groups(struct identity *i, const char *list)
{
	unsigned gid;
	int err = 0, took;

	for (; !err && sscanf(list, "%u%n", &gid, &took) == 1; list += took)
		err = add_gid(i, gid);
	return err;
}

static int take_line(struct identity *i, const char *line, bool *uid)
{
	unsigned real, effective;

	if (sscanf(line, "Uid: %u %u", &real, &effective) == 2) {
		i->uid = real;
		i->euid = effective;
		*uid = true;
	} else if (sscanf(line, "Gid: %u %u", &real, &effective) == 2) {
		return add_gid(i, real) ?: add_gid(i, effective);
	} else if (!strncmp(line, "Groups:", 7)) {
		return add_groups(i, line + 7);
	}
	return 0;
}

/* A process may have 65,536 groups: the line has any length. */
static int read_status(pid_t pid, struct identity *i)
{
	char path[64], *line = NULL;
	bool uid = false;
	size_t size = 0;
	int err = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (!err && getline(&line, &size, f) > 0)
		err = take_line(i, line, &uid);
	free(line);
	(void)fclose(f); /* only read */
	return err ? err : uid ? 0 : -ENOENT;
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/*
 * A service with a mount namespace of its own (PrivateTmp) has mounts that ours does not list: if our file
 * of that name is the same one, it has the key. A container's has none.
 */
static void read_key(pid_t pid, struct identity *i)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (process_exe_key(path, &i->key) && same_file(path, i->exe))
		(void)process_exe_key(i->exe, &i->key); /* unknown stays unknown */
}

int identity_read(pid_t pid, bool key, struct identity *out)
{
	struct identity i = {};
	int err = read_status(pid, &i);

	if (err) {
		identity_clear(&i);
		return err == -ESRCH ? -ENOENT : err;
	}
	if (!process_exe(pid, &i.exe) && key)
		read_key(pid, &i);
	*out = i;
	return 0;
}

static bool in_list(const uint32_t *list, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == id)
			return true;
	return false;
}

/* What lets pass wants both users of a process, what blocks is content with one. */
static bool user_matches(const struct selectors *s, const struct identity *i, bool strict)
{
	size_t n = s->by[SELECTOR_USER].n;
	bool real = in_list(s->uid, n, i->uid), effective = in_list(s->uid, n, i->euid);

	return !n || (strict ? real || effective : real && effective);
}

static bool group_matches(const struct selectors *s, const struct identity *i)
{
	for (size_t g = 0; g < i->gid_n; g++)
		if (in_list(s->gid, s->by[SELECTOR_GROUP].n, i->gid[g]))
			return true;
	return !s->by[SELECTOR_GROUP].n;
}

/* Of a container's process only the path within it is known. */
static bool exe_matches(const struct identity *i, const struct term *t, const struct exes *e)
{
	if (!term_names(t, SELECTOR_EXE))
		return true;
	for (size_t k = 0; k < e->n; k++)
		if (i->key.ino && i->key.ino == e->key[k].ino && i->key.dev == e->key[k].dev)
			return true;
	for (int p = 0; i->exe && exes_within(t) && p < TERM_PARTS && t->part[p]; p++)
		for (size_t k = 0; k < t->part[p]->by[SELECTOR_EXE].n; k++)
			if (!strcmp(t->part[p]->by[SELECTOR_EXE].text[k], i->exe))
				return true;
	return false;
}

bool identity_is(const struct identity *i, const struct term *t, const struct exes *e)
{
	bool strict = term_is_strict(t);

	for (int p = 0; p < TERM_PARTS && t->part[p]; p++)
		if (!user_matches(t->part[p], i, strict) || !group_matches(t->part[p], i))
			return false;
	return exe_matches(i, t, e);
}

void identity_clear(struct identity *i)
{
	free(i->gid);
	free(i->exe);
	*i = (struct identity){};
}
