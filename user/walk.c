/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A path walked from the root so that nobody else can exchange what it names. */
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/*
 * An unprivileged user who owns a directory on the way could unlink our links, which ends enforcement.
 * In a sticky directory he can only be there first, and then what he made is his.
 */
static int check(int fd, const char *path, bool last)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail(-errno, "look at %s", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(-EPERM, "%s belongs to user %u, not to root: not used", path,
			(unsigned)st.st_uid);
	if (st.st_mode & 022 && (last || !(st.st_mode & S_ISVTX)))
		return refuse(-EPERM, "%s may be written by others (mode %04o): not used", path,
			st.st_mode & 07777);
	return 0;
}

/* Why a component could not be opened as the directory it should be. */
static int refuse_step(int dir, const char *name, const char *path, int err)
{
	struct stat st;

	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode))
		return refuse(-EPERM, "%s is a symbolic link of user %u: not followed", path,
			(unsigned)st.st_uid);
	return fail(err, "open %s", path);
}

static int step(int dir, const char *name, const char *path, bool create)
{
	int fd;

	if (create && mkdirat(dir, name, 0700) && errno != EEXIST)
		return fail(-errno, "make %s", path);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !create)
		return -ENOENT;
	return fd < 0 ? refuse_step(dir, name, path, -errno) : fd;
}

static int step_checked(int dir, const char *name, const char *path, bool create, bool last)
{
	int fd = step(dir, name, path, create), err;

	if (fd < 0)
		return fd;
	err = check(fd, path, last);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int walk_step(int dir, const char *name, const char *path, bool create)
{
	return step_checked(dir, name, path, create, true);
}

int walk_open(const char *path, bool create)
{
	char way[PATH_MAX], *name, *end, kept;
	int dir, next;

	if (path[0] != '/' || strlen(path) >= sizeof(way))
		return refuse(-EINVAL, "%s is no absolute path", path);
	strcpy(way, path);
	dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(-errno, "open /");
	for (name = way; dir >= 0 && *(name += strspn(name, "/")); name = end) {
		end = name + strcspn(name, "/");
		kept = *end;
		*end = '\0'; /* meanwhile `way` is the path of this component */
		next = step_checked(
			dir, name, way, create, !kept || !end[1 + strspn(end + 1, "/")]);
		*end = kept;
		close(dir);
		dir = next;
	}
	return dir;
}
