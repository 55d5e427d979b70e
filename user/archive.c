/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "policy.h"
#include "say.h"

/* mkdir -p, 0700. */
static int make(const char *dir)
{
	char path[PATH_MAX];
	char *slash;

	if ((size_t)snprintf(path, sizeof(path), "%s", dir) >= sizeof(path))
		return refuse(-ENAMETOOLONG, "make %.32s...: its path is too long", dir);
	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return fail(-errno, "make %s", path);
		*slash = '/';
	}
	if (mkdir(path, 0700) && errno != EEXIST)
		return fail(-errno, "make %s", path);
	return 0;
}

static int write_text(FILE *to, const void *p)
{
	return policy_print(p, false, to);
}

int archive_keep(const char *dir, const struct policy *p, const char hash[65])
{
	char name[96];
	int fd, err = make(dir);

	if (err)
		return err;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(-errno, "open %s", dir);
	snprintf(name, sizeof(name), "%.64s.yaml", hash);
	if (faccessat(fd, name, F_OK, 0))
		err = file_replace(fd, name, write_text, p);
	close(fd);
	return err ? fail(err, "keep the policy in %s", dir) : 0;
}

/* The warnings that reading gives were for who wrote the policy, and have been given. */
static int read_kept(const char *path, struct policy **out)
{
	FILE *to = say_file();
	int err;

	say_to(NULL);
	err = policy_open(path, out);
	say_to(to);
	return err ? fail(err, "read the kept policy %s", path) : 0;
}

static int open_kept(const char *dir, const char *hash, struct policy **out)
{
	struct policy *p = NULL;
	char path[PATH_MAX], now[65];
	int err;

	snprintf(path, sizeof(path), "%.3000s/%.64s.yaml", dir, hash);
	err = read_kept(path, &p);
	if (err)
		return err;
	err = policy_hash(p, now);
	if (err)
		err = fail(err, "read the kept policy %s", path);
	else if (strcmp(now, hash))
		err = refuse(-EUCLEAN, "the kept policy %s is not what it was", path);
	if (err)
		policy_free(p);
	else
		*out = p;
	return err;
}

/* "HASH.yaml", 64 hex digits that begin as asked. */
static bool is_kept(const char *name, const char *begin)
{
	return !strncmp(name, begin, 16) && strspn(name, "0123456789abcdef") == 64 &&
	       !strcmp(name + 64, ".yaml");
}

int archive_find(const char *dir, uint64_t hash, struct policy **out)
{
	char begin[17], found[65] = "";
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	if (!d)
		return errno == ENOENT ? -ENOENT : fail(-errno, "open %s", dir);
	snprintf(begin, sizeof(begin), "%016" PRIx64, hash);
	while ((e = readdir(d)))
		if (is_kept(e->d_name, begin) && !n++)
			snprintf(found, sizeof(found), "%.64s", e->d_name);
	closedir(d);
	if (n != 1)
		return n ? -ENOTUNIQ : -ENOENT;
	return open_kept(dir, found, out);
}

int archive_get(const char *dir, const char hash[65], struct policy **out)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.3000s/%.64s.yaml", dir, hash);
	if (access(path, F_OK) && errno == ENOENT)
		return refuse(-EUCLEAN,
			"the text of policy %.8s is not kept in %s any more: smtpfence up POLICY",
			hash, dir);
	return open_kept(dir, hash, out);
}
