/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Executables that terms name to the kernel's keys, on this machine and within containers. */
#include "exes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "list.h"
#include "process.h"

bool exes_within(const struct term *t)
{
	return term_names(t, SELECTOR_EXE) && term_by_container(t);
}

static int look(const char *path, pid_t pid, struct fence_exe *key)
{
	return pid ? process_exe_key_in(pid, path, key) : process_exe_key(path, key);
}

static bool same(const struct fence_exe *a, const struct fence_exe *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

/* Whether a part names the file too, perhaps by another path; one without executables does. */
static bool part_has(const struct selectors *s, pid_t pid, const struct fence_exe *key)
{
	const struct selectors_list *exe = &s->by[SELECTOR_EXE];
	struct fence_exe other;

	for (size_t i = 0; i < exe->n; i++)
		if (!look(exe->text[i], pid, &other) && same(&other, key))
			return true;
	return !exe->n;
}

static int add(struct exes *out, const struct fence_exe *key)
{
	int err = list_grow(&out->key, out->n, 1, sizeof(*out->key));

	if (!err)
		out->key[out->n++] = *key;
	return err;
}

/* What is not there is left out. */
static int find(const struct term *t, pid_t pid, struct exes *out)
{
	const struct selectors *const *part = t->part, *first = NULL;
	int err = 0;

	for (int i = 0; !first && i < TERM_PARTS && part[i]; i++)
		if (part[i]->by[SELECTOR_EXE].n)
			first = part[i];
	for (size_t i = 0; first && !err && i < first->by[SELECTOR_EXE].n; i++) {
		struct fence_exe key;
		bool all = !look(first->by[SELECTOR_EXE].text[i], pid, &key);

		for (int j = 0; all && j < TERM_PARTS && part[j]; j++)
			all = part_has(part[j], pid, &key);
		if (all)
			err = add(out, &key);
	}
	return err;
}

int exes_find(const struct term *t, struct exes *out, const char **missing)
{
	struct fence_exe key;
	int err;

	for (int i = 0; i < TERM_PARTS && t->part[i]; i++)
		for (size_t j = 0; j < t->part[i]->by[SELECTOR_EXE].n; j++) {
			*missing = t->part[i]->by[SELECTOR_EXE].text[j];
			err = process_exe_key(*missing, &key);
			if (err)
				return err;
		}
	return find(t, 0, out);
}

int exes_find_in(const struct term *t, pid_t pid, struct exes *out)
{
	return find(t, pid, out);
}

struct search {
	const char *cgroup;
	pid_t pid;
};

/* Of another pid namespace it is listed as 0. A threaded cgroup lists its own higher up. */
static int visit(const char *path, void *arg)
{
	struct search *s = arg;
	char *name;
	FILE *f;

	if (asprintf(&name, "%s%s/cgroup.procs", s->cgroup, path) < 0)
		return -ENOMEM;
	f = fopen(name, "re");
	free(name);
	while (f && s->pid <= 0 && fscanf(f, "%d", &s->pid) == 1)
		;
	if (f)
		(void)fclose(f);
	return s->pid > 0;
}

int exes_process(const char *cgroup, pid_t *pid)
{
	struct search s = { .cgroup = cgroup };
	int found = cgroup_walk(cgroup, visit, &s);

	if (found <= 0)
		return found ?: -ENOENT;
	*pid = s.pid;
	return 0;
}

bool exes_settled(pid_t pid)
{
	struct stat ours, its;
	char name[64];

	(void)snprintf(name, sizeof(name), "/proc/%d/root/.", pid);
	return !stat("/", &ours) && !stat(name, &its) &&
	       (ours.st_dev != its.st_dev || ours.st_ino != its.st_ino);
}
