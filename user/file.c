/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whole files into memory, within bounds. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

static int too_large(const char *path, size_t limit)
{
	return refuse(-EFBIG, "%s: larger than %zu bytes", path, limit);
}

static int admit(const char *path, const struct stat *st, size_t limit)
{
	if (S_ISDIR(st->st_mode))
		return refuse(-EISDIR, "%s: a directory, not a file", path);
	if (!S_ISREG(st->st_mode))
		return refuse(-EINVAL, "%s: not a regular file", path);
	return (size_t)st->st_size > limit ? too_large(path, limit) : 0;
}

/* One byte more than the limit tells a file that is just right from one that is too large. */
static int read_all(int fd, const char *path, size_t limit, char **text, size_t *n)
{
	size_t used = 0, size = 0;
	char *buf = NULL, *larger;
	int err = 0;
	ssize_t got;

	do {
		if (used + 1 >= size) {
			size = size ? size * 2 : 16384;
			larger = realloc(buf, size);
			if (!larger) {
				err = fail(-ENOMEM, "read %s", path);
				goto out;
			}
			buf = larger;
		}
		got = read(fd, buf + used, size - used - 1);
		if (got < 0 && errno != EINTR) {
			err = fail(-errno, "read %s", path);
			goto out;
		}
		used += got > 0 ? got : 0;
		if (used > limit) {
			err = too_large(path, limit);
			goto out;
		}
	} while (got);
	buf[used] = 0;
	*text = buf;
	*n = used;
	buf = NULL;
out:
	free(buf);
	return err;
}

static bool changed(const struct stat *a, const struct stat *b)
{
	return a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
	       a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

int file_read(const char *path, size_t limit, char **text, size_t *n)
{
	struct stat before, after;
	char *buf = NULL;
	size_t used;
	int fd, err;

	if (!strcmp(path, "-"))
		return read_all(STDIN_FILENO, "stdin", limit, text, n);
	/* O_NONBLOCK: a FIFO without a writer would keep open() waiting */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail(-errno, "open %s", path);
	err = fstat(fd, &before) ? fail(-errno, "stat %s", path) : admit(path, &before, limit);
	if (!err)
		err = read_all(fd, path, limit, &buf, &used);
	if (!err && (fstat(fd, &after) || changed(&before, &after)))
		err = refuse(-EAGAIN, "%s: changed while it was read; try again", path);
	if (err)
		goto out;
	*text = buf;
	*n = used;
	buf = NULL;
out:
	free(buf);
	close(fd);
	return err;
}

static int write_fresh(int fd, int (*write)(FILE *to, const void *arg), const void *arg)
{
	FILE *f = fdopen(fd, "w");
	int err;

	if (!f) {
		err = -errno;
		(void)close(fd);
		return err;
	}
	err = write(f, arg);
	if (!err && (fflush(f) || ferror(f) || fsync(fd)))
		err = errno ? -errno : -EIO;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

int file_replace(
	int dir, const char *name, int (*write)(FILE *to, const void *arg), const void *arg)
{
	char fresh[NAME_MAX + 1];
	int fd, err;

	if (snprintf(fresh, sizeof(fresh), ".%s.%d", name, (int)getpid()) >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_fresh(fd, write, arg);
	if (!err && (renameat(dir, fresh, dir, name) || fsync(dir)))
		err = -errno;
	if (err)
		(void)unlinkat(dir, fresh, 0);
	return err;
}
