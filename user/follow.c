/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "follow.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/follow.h"
#include "cgroup.h"
#include "dirwatch.h"
#include "follow.skel.h"
#include "say.h"

#define MORE_WATCHES "more cgroups than may be watched: raise fs.inotify.max_user_watches"
#define ROOT_ID 1 /* of the whole tree: the first inode number of its kernfs */

struct follow {
	struct follow_handler on;
	char *mount;
	bool opening; /* what is there already is not told of */
	/* By the kernel: */
	struct follow_bpf *object; /* NULL: by inotify */
	struct ring_buffer *ring;
	uint64_t missed; /* records, so far */
	/* By inotify: */
	struct dirwatch *dirs;
	bool lost; /* some are not watched */
};

/* ---- by the kernel ---- */

static int take(void *arg, void *data, size_t bytes)
{
	const struct follow_news *n = data;
	struct follow *f = arg;

	if (bytes <= offsetof(struct follow_news, path) ||
		strnlen(n->path, bytes - offsetof(struct follow_news, path)) ==
			bytes - offsetof(struct follow_news, path))
		return -EBADMSG;
	if (n->kind == FOLLOW_GONE)
		f->on.gone(n->id, n->path, f->on.arg);
	else if (n->kind == FOLLOW_MADE && !n->cut)
		f->on.made(n->id, n->path, f->on.arg);
	return 0;
}

static int check_missed(struct follow *f)
{
	uint64_t missed = 0;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(f->object->maps.fence_cgmissed), &zero, &missed))
		return fail(-errno, "read map fence_cgmissed");
	if (missed != f->missed)
		f->on.lost(f->on.arg);
	f->missed = missed;
	return 0;
}

/*
 * A cgroup whose tracepoint was passed before ours hung there may not be visible yet. It is when the
 * lock under which it is made has been taken once more, which reading this file does.
 */
static void settle(void)
{
	char *path = NULL;

	(void)cgroup_of(0, &path); /* the lock was taken all the same */
	free(path);
}

static int open_kernel(struct follow *f)
{
	libbpf_print_fn_t before;
	uint64_t id;
	int err = cgroup_id(f->mount, &id);

	/* The kernel tells paths from the root of the tree; where only a part is mounted they are no use. */
	if (err || id != ROOT_ID)
		return err ?: -EXDEV;
	before = libbpf_set_print(NULL); /* what hinders it is told by whoever loads the fence */
	f->object = follow_bpf__open_and_load();
	err = f->object ? follow_bpf__attach(f->object) : -errno;
	libbpf_set_print(before);
	if (!err) {
		f->ring =
			ring_buffer__new(bpf_map__fd(f->object->maps.fence_cgnews), take, f, NULL);
		err = f->ring ? 0 : -errno;
	}
	if (err) {
		follow_bpf__destroy(f->object);
		f->object = NULL;
	}
	return err;
}

/* ---- by inotify ---- */

static char *whole(const struct follow *f, const char *path, char to[PATH_MAX])
{
	(void)snprintf(to, PATH_MAX, "%.2000s%s", f->mount, path);
	return to;
}

/* 0: it went at once, and nobody has to know of it. */
static uint64_t made(const char *path, void *arg)
{
	struct follow *f = arg;
	char dir[PATH_MAX];
	uint64_t id;

	if (cgroup_id(whole(f, path, dir), &id))
		return 0;
	if (!f->opening)
		f->on.made(id, path, f->on.arg);
	return id;
}

static void gone(const char *path, uint64_t id, void *arg)
{
	struct follow *f = arg;

	if (id)
		f->on.gone(id, path, f->on.arg);
}

static void lost(void *arg)
{
	((struct follow *)arg)->lost = true;
}

static int open_dirs(struct follow *f)
{
	const struct dirwatch_handler on = { made, gone, lost, f };
	struct dirwatch *fresh = NULL;
	int err;

	f->opening = true;
	err = dirwatch_open(f->mount, &on, &fresh);
	f->opening = false;
	if (err == -ENOSPC)
		return refuse(err, MORE_WATCHES);
	if (err)
		return fail(err, "watch the cgroups in %s", f->mount);
	f->dirs = fresh;
	return 0;
}

static int read_dirs(struct follow *f)
{
	int err = dirwatch_read(f->dirs);

	if (err == -ENOSPC)
		return refuse(err, MORE_WATCHES);
	if (err)
		return fail(err, "watch the cgroups in %s", f->mount);
	if (!f->lost)
		return 0;
	f->lost = false;
	dirwatch_close(f->dirs);
	f->dirs = NULL;
	err = open_dirs(f);
	if (!err)
		f->on.lost(f->on.arg);
	return err;
}

/* ---- either ---- */

int follow_open(const char *mount, const struct follow_handler *h, struct follow **out)
{
	struct follow *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return fail(-ENOMEM, "follow cgroups");
	f->on = *h;
	f->mount = strdup(mount);
	err = f->mount ? open_kernel(f) : -ENOMEM;
	if (!err)
		settle();
	else if (f->mount)
		err = open_dirs(f);
	if (err)
		follow_close(f);
	else
		*out = f;
	return err;
}

void follow_close(struct follow *f)
{
	if (!f)
		return;
	ring_buffer__free(f->ring);
	follow_bpf__destroy(f->object);
	dirwatch_close(f->dirs);
	free(f->mount);
	free(f);
}

bool follow_by_kernel(const struct follow *f)
{
	return f->object;
}

int follow_fd(const struct follow *f)
{
	return f->object ? ring_buffer__epoll_fd(f->ring) : dirwatch_fd(f->dirs);
}

int follow_read(struct follow *f)
{
	int n;

	if (!f->object)
		return read_dirs(f);
	n = ring_buffer__consume(f->ring);
	if (n == -EBADMSG)
		return refuse(n, "a record of the follower contradicts itself");
	return n < 0 ? fail(n, "read the follower's ring") : check_missed(f);
}
