/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the data files that come with the program lie. */
#include "shelf.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "list.h"
#include "say.h"

static bool in_build_tree(const char *kind, char to[PATH_MAX])
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n < 0)
		return false;
	exe[n] = 0;
	slash = strrchr(exe, '/');
	if (!slash)
		return false;
	*slash = 0;
	return snprintf(to, PATH_MAX, "%s/../data/%s", exe, kind) < PATH_MAX && !access(to, X_OK);
}

/* `name` NULL: the directory. */
static int join(const char *kind, const char *name, char **path)
{
	const char *data = secure_getenv("SMTPFENCE_DATA");
	const char *slash = name ? "/" : "", *suffix = name ? ".yaml" : "";
	char dir[PATH_MAX], *text = NULL;
	int n;

	name = name ? name : "";
	if (!data && in_build_tree(kind, dir))
		n = asprintf(&text, "%s%s%s%s", dir, slash, name, suffix);
	else
		n = asprintf(
			&text, "%s/%s%s%s%s", data ? data : DATADIR, kind, slash, name, suffix);
	if (n < 0)
		return fail(-ENOMEM, "find %s", kind);
	*path = text;
	return 0;
}

static int add_name(const char *file, char ***names, size_t *n)
{
	size_t length = strlen(file);
	char *name;
	int err;

	if (*file == '.' || length < 6 || strcmp(file + length - 5, ".yaml"))
		return 0;
	name = strndup(file, length - 5);
	err = name ? list_add_text(names, n, name) : -ENOMEM;
	free(name);
	return err;
}

int shelf_names(const char *kind, char ***names, size_t *n)
{
	char **found = NULL, *path = NULL;
	struct dirent *e;
	size_t count = 0;
	DIR *dir = NULL;
	int err = join(kind, NULL, &path);

	if (err)
		return err;
	dir = opendir(path);
	if (!dir) {
		err = fail(-errno, "open %s", path);
		hint("SMTPFENCE_DATA may name the directory that holds %s", kind);
		goto out;
	}
	while (!err && (e = readdir(dir)))
		err = add_name(e->d_name, &found, &count);
	if (!err)
		err = list_grow(&found, count, 1, sizeof(*found));
	if (err) {
		fail(err, "list %s", path);
		goto out;
	}
	list_unique_text(found, &count);
	found[count] = NULL;
	*names = found;
	*n = count;
	found = NULL;
	count = 0;
out:
	if (dir)
		closedir(dir);
	list_free_text(found, count);
	free(path);
	return err;
}

int shelf_path(const char *kind, const char *name, char **path)
{
	char *found = NULL;
	int err = join(kind, name, &found);

	if (err)
		return err;
	if (access(found, F_OK) && errno == ENOENT) {
		free(found);
		found = NULL;
	}
	*path = found;
	return 0;
}
