/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cgroup v2 tree: where it is mounted, path to id and back, our own child cgroups. */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "mounts.h"
#include "say.h"

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h: the handle is the 64-bit id */
#define REMOVE_STEP_MS 20
#define REMOVE_STEPS 100 /* 2 s */

union kernfs_handle {
	struct file_handle head;
	char room[sizeof(struct file_handle) + sizeof(uint64_t)];
};

static bool is_cgroup2(const char *dir)
{
	struct statfs s;

	return !statfs(dir, &s) && s.f_type == CGROUP2_SUPER_MAGIC;
}

struct mount_search {
	bool (*usable)(const char *dir); /* not hidden by another mount */
	char *best; /* owned */
	bool whole; /* best shows the whole tree */
};

static int mount_judge(const struct mounts_entry *m, void *arg)
{
	struct mount_search *s = arg;
	bool whole = !strcmp(m->root, "/");
	char *copy;

	if (strcmp(m->type, "cgroup2"))
		return 0;
	if (s->best && (whole != s->whole ? s->whole : strlen(s->best) <= strlen(m->dir)))
		return 0;
	if (!s->usable(m->dir))
		return 0;
	copy = strdup(m->dir);
	if (!copy)
		return -ENOMEM;
	free(s->best);
	s->best = copy;
	s->whole = whole;
	return 0;
}

/* The best usable mount in a mountinfo: the whole tree first, then the shortest path. */
static int mount_find(const char *mountinfo, bool (*usable)(const char *), char **dir)
{
	struct mount_search s = { .usable = usable };
	int err = mounts_each(mountinfo, mount_judge, &s);

	if (!err && !s.best)
		err = -ENODEV;
	if (err)
		free(s.best);
	else
		*dir = s.best;
	return err;
}

int cgroup_mount(char **dir)
{
	int err = mount_find(NULL, is_cgroup2, dir);

	if (err == -ENODEV)
		return refuse(err, "no cgroup v2 tree is mounted here");
	return err ? fail(err, "find the cgroup v2 tree") : 0;
}

int cgroup_id(const char *dir, uint64_t *id)
{
	union kernfs_handle h = { .head.handle_bytes = sizeof(*id) };
	int mount;

	if (!is_cgroup2(dir))
		return access(dir, F_OK) ? -errno : -EINVAL;
	if (name_to_handle_at(AT_FDCWD, dir, &h.head, &mount, 0))
		return -errno;
	if (h.head.handle_type != FILEID_KERNFS || h.head.handle_bytes != sizeof(*id))
		return -EINVAL;
	memcpy(id, h.head.f_handle, sizeof(*id));
	return 0;
}

/* Where an open directory is now, as this process would name it. */
static int fd_path(int fd, char path[PATH_MAX])
{
	char link[32];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX);
	if (n < 0)
		return -errno;
	if (n == PATH_MAX)
		return -ENAMETOOLONG;
	path[n] = 0;
	return 0;
}

/* `whole` without the directory `mount` that it lies in; NULL when it lies elsewhere. */
static const char *below(const char *mount, const char *whole)
{
	size_t n = strlen(mount);

	while (n && mount[n - 1] == '/')
		n--;
	if (strncmp(mount, whole, n) || (whole[n] && whole[n] != '/'))
		return NULL;
	return whole[n] ? whole + n : "/";
}

int cgroup_path(const char *mount, uint64_t id, char **path)
{
	union kernfs_handle h = { .head.handle_bytes = sizeof(id),
		.head.handle_type = FILEID_KERNFS };
	char whole[PATH_MAX], top[PATH_MAX];
	int mount_fd, fd = -1, err;
	const char *rest;
	uint64_t now;

	memcpy(h.head.f_handle, &id, sizeof(id));
	mount_fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount_fd < 0)
		return -errno;
	fd = open_by_handle_at(mount_fd, &h.head, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = fd_path(fd, whole);
	if (!err)
		err = fd_path(mount_fd, top);
	if (err)
		goto out;
	rest = below(top, whole);
	if (!rest) {
		err = -EXDEV;
		goto out;
	}
	/* Removed in between, its path would end in " (deleted)": a name nobody may be given. */
	if (cgroup_id(whole, &now) || now != id) {
		err = -ESTALE;
		goto out;
	}
	rest = strdup(rest);
	if (rest)
		*path = (char *)rest;
	else
		err = -ENOMEM;
out:
	if (fd >= 0)
		(void)close(fd);
	(void)close(mount_fd);
	return err;
}

/* cgroup_mkdir() of the kernel refuses newlines, so a line is a path. */
int cgroup_of(pid_t pid, char **path)
{
	char name[32] = "/proc/self/cgroup", *line = NULL;
	int err = -ENODATA;
	size_t size = 0;
	ssize_t n;
	FILE *f;

	if (pid)
		(void)snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
	f = fopen(name, "re");
	if (!f)
		return -errno;
	errno = 0;
	while ((n = getline(&line, &size, f)) > 0) {
		if (strncmp(line, "0::/", 4))
			continue;
		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		memmove(line, line + 3, strlen(line + 3) + 1);
		*path = line;
		line = NULL;
		err = 0;
		break;
	}
	if (err && ferror(f))
		err = errno == ESRCH ? -ENOENT : -errno; /* it ended between open and read */
	free(line);
	(void)fclose(f);
	return err;
}

int cgroup_create(const char *parent, const char *name, char **dir)
{
	char *path;
	int err;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return refuse(-EINVAL, "'%s' cannot name a cgroup", name);
	if (asprintf(&path, "%s/%s", parent, name) < 0)
		return fail(-ENOMEM, "create cgroup %s", name);
	if (mkdir(path, 0755)) {
		err = fail(-errno, "create cgroup %s", path);
		free(path);
		return err;
	}
	*dir = path;
	return 0;
}

static int write_file(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	int fd, err = 0;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	(void)close(fd);
	return err;
}

int cgroup_move(const char *dir, pid_t pid)
{
	char text[16];
	int err;

	(void)snprintf(text, sizeof(text), "%d", pid);
	err = write_file(dir, "cgroup.procs", text);
	return err ? fail(err, "move process %d to cgroup %s", pid, dir) : 0;
}

static FILE *open_file(const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, "re");
}

int cgroup_populated(const char *dir)
{
	FILE *f = open_file(dir, "cgroup.events");
	int value = -ENODATA;
	char line[64];

	if (!f)
		return -errno;
	while (value < 0 && fgets(line, sizeof(line), f)) {
		if (!strcmp(line, "populated 0\n"))
			value = 0;
		else if (!strcmp(line, "populated 1\n"))
			value = 1;
	}
	(void)fclose(f);
	return value;
}

/*
 * Calls visit(path, arg) for `top` and each directory below, before or after its children (FTS_D,
 * FTS_DP). One that went away meanwhile is passed over, and so is one deeper than PATH_MAX: nobody
 * can name it, and a delegated user who builds one must not stop us.
 */
static int walk(const char *top, int when, int (*visit)(const char *path, void *arg), void *arg)
{
	char *tops[] = { (char *)top, NULL }; /* fts_open() does not write to it */
	/* FTS_NOSTAT: kernfs says in d_type and link counts what is a directory. */
	FTS *fts = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	int err = 0;
	FTSENT *e;

	if (!fts)
		return -errno;
	while (!err && (e = fts_read(fts))) {
		bool failed =
			e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS;

		if (e->fts_info == when)
			err = visit(e->fts_path, arg);
		else if (failed && e->fts_level == FTS_ROOTLEVEL)
			err = -e->fts_errno;
		else if (failed && e->fts_errno != ENOENT && e->fts_errno != ENAMETOOLONG)
			err = -e->fts_errno;
	}
	(void)fts_close(fts); /* only read */
	return err;
}

struct walker {
	const char *mount;
	int (*visit)(const char *path, void *arg);
	void *arg;
};

static int walk_below(const char *path, void *arg)
{
	const struct walker *w = arg;

	return w->visit(below(w->mount, path), w->arg);
}

int cgroup_walk(const char *mount, int (*visit)(const char *path, void *arg), void *arg)
{
	struct walker w = { .mount = mount, .visit = visit, .arg = arg };

	return walk(mount, FTS_D, walk_below, &w);
}

/* Signals each process of one directory. A threaded one (EOPNOTSUPP) lists its own higher up. */
static int signal_procs(const char *dir, int signal)
{
	FILE *f = open_file(dir, "cgroup.procs");
	int pid, err = 0;

	if (!f)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno; /* just removed */
	/* One of another pid namespace is listed as 0, which kill() takes for our own group. */
	while (fscanf(f, "%d", &pid) == 1)
		if (pid > 0 && kill(pid, signal) && errno != ESRCH && !err)
			err = -errno;
	(void)fclose(f);
	return err;
}

struct signal_walk {
	int signal;
	int err; /* the first, but the walk goes on */
};

static int signal_visit(const char *dir, void *arg)
{
	struct signal_walk *w = arg;
	int err = signal_procs(dir, w->signal);

	if (err && !w->err)
		w->err = err;
	return 0;
}

int cgroup_signal(const char *dir, int signal)
{
	struct signal_walk w = { .signal = signal };
	int err;

	if (signal == SIGKILL)
		return write_file(dir, "cgroup.kill", "1");
	err = walk(dir, FTS_D, signal_visit, &w);
	return err ? err : w.err;
}

static int remove_visit(const char *dir, void *arg)
{
	(void)arg;
	return rmdir(dir) && errno != ENOENT ? -errno : 0;
}

/* A process that exits leaves its cgroup a moment after its parent has been told. */
int cgroup_remove(const char *dir)
{
	const struct timespec step = { .tv_nsec = REMOVE_STEP_MS * 1000000L };
	int err;

	for (int i = 0; i < REMOVE_STEPS; i++) {
		err = walk(dir, FTS_DP, remove_visit, NULL);
		if (err == -ENOENT && i)
			return 0;
		if (err != -EBUSY && err != -ENOTEMPTY)
			return err;
		(void)nanosleep(&step, NULL); /* cut short, it only tries earlier */
	}
	return -EBUSY;
}
