/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIMIT (4U << 20) /* bytes */
#define LIMIT_USER (256U << 10) /* a user's: "[[],[],..." takes 30 times its size as JSON */

static int open_below(const struct statefile_base *b, const char *path, uint64_t flags)
{
	/* An operator may have made /var/lib/docker a link to where there is room. */
	struct open_how how = { .flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	long fd;

	if (b->uid)
		how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
	fd = syscall(SYS_openat2, b->dir, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* Under a root of our own its user database counts, not this machine's. */
static int home_of(const char *root, uint32_t uid, char home[PATH_MAX])
{
	char path[PATH_MAX], room[4096];
	struct passwd entry, *found = NULL;
	FILE *f;

	if (!*root) {
		if (getpwuid_r(uid, &entry, room, sizeof(room), &found) || !found)
			return -ENOENT;
	} else {
		(void)snprintf(path, sizeof(path), "%.4000s/etc/passwd", root);
		f = fopen(path, "re");
		if (!f)
			return -errno;
		while (!fgetpwent_r(f, &entry, room, sizeof(room), &found) && found->pw_uid != uid)
			;
		(void)fclose(f); /* only read */
	}
	if (!found || found->pw_dir[0] != '/' || strlen(found->pw_dir) >= PATH_MAX)
		return -ENOENT;
	strcpy(home, found->pw_dir);
	return 0;
}

int statefile_base(const char *root, uint32_t uid, struct statefile_base *out)
{
	struct statefile_base system = { .dir = open(*root ? root : "/",
						 O_PATH | O_DIRECTORY | O_CLOEXEC) };
	char home[PATH_MAX];
	int fd;

	if (system.dir < 0)
		return -errno;
	if (!uid) {
		*out = system;
		return 0;
	}
	fd = home_of(root, uid, home);
	if (!fd)
		fd = open_below(&system, home, O_PATH | O_DIRECTORY);
	statefile_end(&system);
	if (fd < 0)
		return fd;
	*out = (struct statefile_base){ .dir = fd, .uid = uid };
	return 0;
}

void statefile_end(struct statefile_base *b)
{
	if (b->dir >= 0)
		(void)close(b->dir); /* O_PATH */
	b->dir = -1;
}

static int admit(const struct statefile_base *b, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	if ((st->st_uid != b->uid && st->st_uid != geteuid()) || (st->st_mode & 022))
		return -EPERM;
	return (uint64_t)st->st_size > (b->uid ? LIMIT_USER : LIMIT) ? -EFBIG : 0;
}

/* Up to the size it had when it was admitted: one that grows is cut, and then no JSON. */
static int read_text(int fd, size_t size, char **out)
{
	char *text = malloc(size + 1);
	size_t used = 0;
	ssize_t n = 1;

	if (!text)
		return -ENOMEM;
	while (used < size && n) {
		n = read(fd, text + used, size - used);
		if (n < 0 && errno != EINTR) {
			n = -errno;
			free(text);
			return (int)n;
		}
		used += n > 0 ? n : 0;
	}
	*out = text;
	return (int)used;
}

int statefile_read(const struct statefile_base *b, const char *path, json_t **out)
{
	/* O_NONBLOCK: a FIFO without a writer would keep open() waiting */
	int fd = open_below(b, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY), n;
	json_t *value = NULL;
	char *text = NULL;
	struct stat st;

	if (fd < 0)
		return fd;
	n = fstat(fd, &st) ? -errno : admit(b, &st);
	if (!n)
		n = read_text(fd, st.st_size, &text);
	(void)close(fd); /* only read */
	if (n >= 0)
		value = json_loadb(text, n, 0, NULL);
	free(text);
	if (n < 0)
		return n;
	if (!value)
		return -EBADMSG;
	*out = value;
	return 0;
}

DIR *statefile_list(const struct statefile_base *b, const char *path)
{
	int fd = open_below(b, path, O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		(void)close(fd); /* only read */
	return d;
}

bool statefile_is(const struct statefile_base *b, const char *path)
{
	int fd = open_below(b, path, O_PATH | O_NOFOLLOW);

	if (fd >= 0)
		(void)close(fd); /* O_PATH */
	return fd >= 0;
}
