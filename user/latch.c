/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "latch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "say.h"
#include "walk.h"

/* fcntl()'s and not flock()'s: it names its holder, and children do not inherit it. */
static int take(int file, const char *state, const char *name)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int err;

	if (!fcntl(file, F_SETLK, &l))
		return 0;
	err = -errno;
	if (err != -EAGAIN && err != -EACCES)
		return fail(err, "lock %s/%s", state, name);
	if (fcntl(file, F_GETLK, &l) || l.l_type == F_UNLCK || l.l_pid <= 0)
		return refuse(-EBUSY, "another process holds %s/%s", state, name);
	return refuse(-EBUSY, "process %d holds %s/%s already", (int)l.l_pid, state, name);
}

int latch_take(const char *state, const char *name, int *fd)
{
	int dir = walk_open(state, true), file, err;

	if (dir < 0)
		return dir;
	file = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	err = file < 0 ? fail(-errno, "open %s/%s", state, name) : take(file, state, name);
	(void)close(dir); /* only read */
	if (!err)
		*fd = file;
	else if (file >= 0)
		(void)close(file); /* nothing was written */
	return err;
}

int latch_holder(const char *state, const char *name, pid_t *pid)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	int file, err = 0;

	if (snprintf(path, sizeof(path), "%s/%s", state, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	file = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return -errno;
	if (fcntl(file, F_GETLK, &l))
		err = -errno;
	else if (l.l_type == F_UNLCK || l.l_pid <= 0)
		err = -ENOENT;
	else
		*pid = l.l_pid;
	(void)close(file); /* nothing was written */
	return err;
}
