/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "mounts.h"
#include "say.h"
#include "walk.h"

#define PIN_DIR "bpf"
#define STATE_MOST 3000 /* bytes of its path: names of files in it fit into PATH_MAX */

struct pin {
	int dir; /* root of our bpffs */
	char path[PATH_MAX]; /* through /proc: no component can be exchanged under us */
};

static bool is_bpffs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

/* A mount of our own on STATE/bpf, whatever the system's bpffs allows (it is 1777 by default). */
static int mount_own(int fd, const char *path)
{
	char through[64];

	snprintf(through, sizeof(through), "/proc/self/fd/%d", fd);
	if (mount("bpf", through, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return fail(-errno, "mount a bpf file system on %s", path);
	return 0;
}

/* Opens STATE/bpf anew after a mount: the old fd shows what is below it. */
static int open_own(int state, const char *path, bool create)
{
	char top[64];
	int fd = walk_step(state, PIN_DIR, path, create), err;

	if (fd < 0 || is_bpffs(fd))
		return fd;
	err = create ? mount_own(fd, path) : -ENOENT;
	close(fd);
	if (err)
		return err;
	fd = walk_step(state, PIN_DIR, path, false);
	if (fd < 0)
		return fd;
	snprintf(top, sizeof(top), "/proc/self/fd/%d", fd);
	if (mount(NULL, top, NULL, MS_PRIVATE, NULL)) {
		err = fail(-errno, "make the mount on %s private", path);
		(void)umount2(top, MNT_DETACH); /* the first failure has been said */
		close(fd);
		return err;
	}
	return fd;
}

static int first_mount(const struct mounts_entry *m, void *arg)
{
	*(int *)arg = m->id;
	return 1;
}

/*
 * Mount ids are unique over all namespaces, and mountinfo is readable where ns/mnt, which needs the
 * right to trace process 1, is not.
 */
static int init_is_here(bool *here)
{
	int ours = -1, init = -1, err;

	err = mounts_each(NULL, first_mount, &ours);
	if (err >= 0)
		err = mounts_each("/proc/1/mountinfo", first_mount, &init);
	if (err < 0)
		return fail(err, "look at the mounts of process 1");
	*here = ours == init;
	return 0;
}

/* A mount must be seen by, and outlive, more than us: it is made where PID 1 lives. */
static int join_init(void)
{
	bool here = false;
	int fd, err = init_is_here(&here);

	if (err || here)
		return err;
	fd = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNS))
		err = fail(-errno, "enter the mount namespace of process 1");
	if (fd >= 0)
		close(fd);
	return err;
}

int pin_open(const char *state, bool create, struct pin **out)
{
	struct pin *p = calloc(1, sizeof(*p));
	char path[PATH_MAX];
	int dir = -1, fd, err;

	if (!p)
		return fail(-ENOMEM, "open %s", state);
	if ((size_t)snprintf(path, sizeof(path), "%s/" PIN_DIR, state) >= STATE_MOST) {
		err = refuse(-ENAMETOOLONG,
			"%.32s...: a state directory of this length is not taken", state);
		goto out;
	}
	err = join_init();
	if (!err) {
		dir = walk_open(state, create);
		err = dir < 0 ? dir : 0;
	}
	if (err)
		goto out;
	fd = open_own(dir, path, create);
	err = fd < 0 ? fd : 0;
	if (err)
		goto out;
	p->dir = fd;
	snprintf(p->path, sizeof(p->path), "/proc/self/fd/%d", fd);
	*out = p;
	p = NULL;
out:
	if (dir >= 0)
		close(dir);
	free(p);
	return err;
}

void pin_close(struct pin *p)
{
	if (!p)
		return;
	close(p->dir);
	free(p);
}

int pin_lock(struct pin *p)
{
	if (!flock(p->dir, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK)
		return refuse(-EBUSY, "another smtpfence is changing this fence; try again");
	return fail(-errno, "lock the fence");
}

static void full(char to[PATH_MAX], const struct pin *p, const char *name)
{
	snprintf(to, PATH_MAX, "%.64s/%.4000s", p->path, name);
}

int pin_get(const struct pin *p, const char *name)
{
	char path[PATH_MAX];
	int fd;

	full(path, p, name);
	fd = bpf_obj_get(path);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ENOENT : fail(-errno, "open what is pinned as %s", name);
}

int pin_put(const struct pin *p, const char *name, int fd)
{
	char path[PATH_MAX];

	full(path, p, name);
	if (bpf_obj_pin(fd, path))
		return fail(-errno, "pin %s", name);
	return 0;
}

int pin_remove(const struct pin *p, const char *name)
{
	if (unlinkat(p->dir, name, 0) && errno != ENOENT)
		return fail(-errno, "unpin %s", name);
	return 0;
}

int pin_subdir(const struct pin *p, const char *name)
{
	if (mkdirat(p->dir, name, 0700))
		return fail(-errno, "make %s among the pins", name);
	return 0;
}

int pin_rename(const struct pin *p, const char *from, const char *to)
{
	if (renameat(p->dir, from, p->dir, to))
		return fail(-errno, "rename %s to %s among the pins", from, to);
	return 0;
}

bool pin_has(const struct pin *p, const char *name)
{
	return !faccessat(p->dir, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

int pin_clear(const struct pin *p, const char *subdir)
{
	int fd = openat(p->dir, subdir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *e;
	DIR *d;
	int err = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : fail(-errno, "open %s among the pins", subdir);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return fail(-ENOMEM, "open %s among the pins", subdir);
	}
	while (!err && (e = readdir(d)))
		if (e->d_name[0] != '.' && unlinkat(fd, e->d_name, 0))
			err = fail(-errno, "unpin %s/%s", subdir, e->d_name);
	closedir(d);
	if (!err && unlinkat(p->dir, subdir, AT_REMOVEDIR))
		err = fail(-errno, "remove %s from the pins", subdir);
	return err;
}

int pin_unmount(struct pin *p, const char *state)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" PIN_DIR, state);
	pin_close(p);
	if (umount2(path, UMOUNT_NOFOLLOW))
		return fail(-errno, "unmount %s", path);
	if (rmdir(path) && errno != ENOENT)
		return fail(-errno, "remove %s", path);
	return 0;
}
