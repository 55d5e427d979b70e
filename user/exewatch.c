/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "exewatch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "exes.h"
#include "list.h"
#include "process.h"
#include "say.h"

/* dpkg and rpm rename the new file over the old one; a linker writes it in place. */
#define EVENTS (IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR)

struct exewatch {
	int fd;
	char **path; /* sorted, none twice */
	size_t n;
	struct fence_exe *key; /* by path; ino 0: not known */
};

static int list_paths(struct exewatch *w, const struct terms *t)
{
	int err = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (exes_within(&t->term[i]))
			continue; /* not this machine's: inside.h */
		for (int p = 0; p < TERM_PARTS && t->term[i].part[p]; p++) {
			const struct selectors_list *exe = &t->term[i].part[p]->by[SELECTOR_EXE];

			for (size_t j = 0; !err && j < exe->n; j++)
				err = list_add_text(&w->path, &w->n, exe->text[j]);
		}
	}
	list_unique_text(w->path, &w->n);
	if (!err && w->n) {
		w->key = calloc(w->n, sizeof(*w->key));
		err = w->key ? 0 : -ENOMEM;
	}
	return err;
}

int exewatch_open(const struct terms *t, struct exewatch **out)
{
	struct exewatch *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return fail(-ENOMEM, "watch executables");
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	err = w->fd < 0 ? -errno : list_paths(w, t);
	if (err) {
		exewatch_close(w);
		return fail(err, "watch executables");
	}
	*out = w;
	return 0;
}

void exewatch_close(struct exewatch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		(void)close(w->fd); /* only read */
	list_free_text(w->path, w->n);
	free(w->key);
	free(w);
}

bool exewatch_needed(const struct exewatch *w)
{
	return w->n;
}

int exewatch_fd(const struct exewatch *w)
{
	return w->fd;
}

static void watch_dir_of(const struct exewatch *w, const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || (size_t)(slash - path) >= sizeof(dir))
		return;
	(void)snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	(void)inotify_add_watch(
		w->fd, dir, EVENTS); /* a directory that comes later is looked at then */
}

/* Where it stands, and where it leads: either may be exchanged. */
static void watch(const struct exewatch *w, const char *path)
{
	char *real = realpath(path, NULL);

	watch_dir_of(w, path);
	if (real && strcmp(real, path))
		watch_dir_of(w, real);
	free(real);
}

static bool same(const struct fence_exe *a, const struct fence_exe *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

static bool shared(const struct exewatch *w, size_t i)
{
	struct fence_exe now;

	for (size_t j = 0; j < w->n; j++)
		if (j != i && same(&w->key[j], &w->key[i]) && !process_exe_key(w->path[j], &now) &&
			same(&now, &w->key[i]))
			return true;
	return false;
}

static int drain(const struct exewatch *w)
{
	char room[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	do
		n = read(w->fd, room, sizeof(room));
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 && errno != EAGAIN ? fail(-errno, "watch executables") : 0;
}

int exewatch_read(
	struct exewatch *w, int (*changed)(const struct exewatch_change *c, void *arg), void *arg)
{
	struct exewatch_change c;
	int err = drain(w);

	for (size_t i = 0; !err && i < w->n; i++) {
		watch(w, w->path[i]); /* before it is looked at: what comes later is told */
		c.path = w->path[i];
		c.old = w->key[i];
		if (process_exe_key(c.path, &c.fresh) || same(&c.old, &c.fresh))
			continue;
		c.shared = c.old.ino && shared(w, i);
		w->key[i] = c.fresh;
		err = changed(&c, arg);
	}
	return err;
}
