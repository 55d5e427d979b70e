/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "dirwatch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define DEPTH 64 /* levels below the top that are watched */
#define EVENTS (IN_CREATE | IN_DELETE | IN_ONLYDIR | IN_DONT_FOLLOW)

struct watched {
	int wd;
	char *path; /* below the top */
	uint64_t made; /* what made() returned */
};

struct dirwatch {
	struct dirwatch_handler on;
	char *top;
	int fd;
	void *by_wd, *by_path; /* of the same struct watched: tsearch(3); by_path owns them */
};

static int order_wd(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return x->wd < y->wd ? -1 : x->wd > y->wd;
}

static int order_path(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static struct watched *find(
	void *const *tree, const struct watched *key, int (*order)(const void *a, const void *b))
{
	struct watched **at = tfind(key, tree, order);

	return at ? *at : NULL;
}

static void watched_free(void *arg)
{
	struct watched *d = arg;

	free(d->path);
	free(d);
}

static void nothing(void *arg)
{
	(void)arg;
}

static void drop(struct dirwatch *w, struct watched *d)
{
	(void)tdelete(d, &w->by_wd, order_wd); /* their parents' nodes, of no use */
	(void)tdelete(d, &w->by_path, order_path);
	(void)inotify_rm_watch(w->fd, d->wd); /* its directory may be gone, and it with it */
	watched_free(d);
}

static int remember(struct dirwatch *w, int wd, const char *path, struct watched **out)
{
	struct watched *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->wd = wd;
	d->path = strdup(path);
	if (!d->path || !tsearch(d, &w->by_path, order_path)) {
		watched_free(d);
		return -ENOMEM;
	}
	if (!tsearch(d, &w->by_wd, order_wd)) {
		(void)tdelete(d, &w->by_path, order_path);
		watched_free(d);
		return -ENOMEM;
	}
	*out = d;
	return 0;
}

static int add(struct dirwatch *w, const char *path, int depth);

/* After the watch: what was made before it stands here, what comes after it is told. */
static int add_children(struct dirwatch *w, const char *whole, const char *path, int depth)
{
	DIR *d = opendir(whole);
	char child[PATH_MAX];
	struct dirent *e;
	int err = 0;

	while (d && !err && (e = readdir(d))) {
		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (snprintf(child, sizeof(child), "%s/%s", path[1] ? path : "", e->d_name) <
			(int)sizeof(child))
			err = add(w, child, depth + 1);
	}
	if (d)
		(void)closedir(d); /* only read */
	return err;
}

/* One that is gone again passes; it is told of by its parent's watch. */
static int add(struct dirwatch *w, const char *path, int depth)
{
	struct watched key = { .path = (char *)path }, *d; /* only compared */
	char whole[PATH_MAX];
	int wd, err;

	if (depth > DEPTH ||
		snprintf(whole, sizeof(whole), "%s%s", w->top, path) >= (int)sizeof(whole))
		return 0;
	wd = inotify_add_watch(w->fd, whole, EVENTS);
	if (wd < 0)
		return errno == ENOSPC || errno == ENOMEM ? -errno : 0;
	d = find(&w->by_path, &key, order_path);
	if (d && d->wd == wd)
		return 0;
	if (d) { /* another of the same name */
		w->on.gone(d->path, d->made, w->on.arg);
		drop(w, d);
	}
	err = remember(w, wd, path, &d);
	if (err)
		return err;
	d->made = w->on.made(path, w->on.arg);
	return add_children(w, whole, path, depth);
}

int dirwatch_open(const char *top, const struct dirwatch_handler *h, struct dirwatch **out)
{
	struct dirwatch *w = calloc(1, sizeof(*w));
	int err = 0;

	if (!w)
		return -ENOMEM;
	w->on = *h;
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd < 0)
		err = -errno;
	w->top = strdup(top);
	if (!w->top)
		err = -ENOMEM;
	err = err ?: add(w, "/", 0);
	if (!err && !w->by_path)
		err = -ENOENT;
	if (err)
		dirwatch_close(w);
	else
		*out = w;
	return err;
}

void dirwatch_close(struct dirwatch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		(void)close(w->fd); /* only read */
	tdestroy(w->by_wd, nothing);
	tdestroy(w->by_path, watched_free);
	free(w->top);
	free(w);
}

int dirwatch_fd(const struct dirwatch *w)
{
	return w->fd;
}

static void gone(struct dirwatch *w, const char *path)
{
	struct watched key = { .path = (char *)path }; /* only compared */
	struct watched *d = find(&w->by_path, &key, order_path);

	if (!d)
		return;
	w->on.gone(d->path, d->made, w->on.arg);
	drop(w, d);
}

static int depth_of(const char *path)
{
	int n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static int take(struct dirwatch *w, const struct inotify_event *e)
{
	struct watched key = { .wd = e->wd }, *d = find(&w->by_wd, &key, order_wd);
	char path[PATH_MAX];

	if (e->mask & IN_Q_OVERFLOW) {
		w->on.lost(w->on.arg);
		return 0;
	}
	if (!d || !e->len || !(e->mask & IN_ISDIR))
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s", d->path[1] ? d->path : "", e->name) >=
		(int)sizeof(path))
		return 0;
	if (e->mask & IN_DELETE)
		gone(w, path);
	else if (e->mask & IN_CREATE)
		return add(w, path, depth_of(path));
	return 0;
}

int dirwatch_read(struct dirwatch *w)
{
	char room[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	ssize_t n;
	int err = 0;

	while (!err) {
		n = read(w->fd, room, sizeof(room));
		if (n < 0)
			return errno == EAGAIN ? 0 : errno == EINTR ? 0 : -errno;
		for (char *at = room; !err && at < room + n; at += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)at;
			err = take(w, e);
		}
	}
	return err;
}
