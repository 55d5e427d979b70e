/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "runtimes.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "statefile.h"

#define USERS 4096 /* whose homes are looked at, at most */

/* Also what is there at boot, before the runtime begins and makes its directory in /run. */
const char *const runtimes_places[] = { "/var/lib/docker", "/etc/docker/daemon.json",
	"/var/lib/containers/storage", "/run/containers/storage", "/run/containerd",
	"/run/k3s/containerd", "/var/lib/containerd", "/var/lib/rancher/k3s", "/var/lib/kubelet",
	"/var/lib/lxc", "/var/lib/incus", "/var/lib/lxd", "/var/snap/lxd/common/lxd", NULL };

static const char *const users_places[] = { ".local/share/docker",
	".local/share/containers/storage", ".local/share/lxc", NULL };

static bool has(const char *root, uint32_t uid, const char *const *place)
{
	struct statefile_base base = { .dir = -1 };
	bool found = false;

	if (statefile_base(root, uid, &base))
		return false;
	for (; !found && *place; place++)
		found = statefile_is(&base, *place);
	statefile_end(&base);
	return found;
}

static bool has_listed(const char *root)
{
	struct passwd *entry;
	char path[PATH_MAX];
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%.4000s/etc/passwd", root);
	f = fopen(path, "re");
	for (int i = 0; f && !found && i < USERS && (entry = fgetpwent(f)); i++)
		found = entry->pw_uid && has(root, entry->pw_uid, users_places);
	if (f)
		(void)fclose(f); /* only read */
	return found;
}

/* Users of a directory service are in no file, but those who run something are here. */
static bool has_present(const char *root)
{
	struct statefile_base base = { .dir = -1 };
	const struct dirent *e;
	bool found = false;
	DIR *d = NULL;

	if (!statefile_base(root, 0, &base))
		d = statefile_list(&base, "/run/user");
	statefile_end(&base);
	for (int i = 0; d && !found && i < USERS && (e = readdir(d)); i++) {
		uint32_t uid = strtoul(e->d_name, NULL, 10); /* 0 of "." */

		found = uid && has(root, uid, users_places);
	}
	if (d)
		(void)closedir(d); /* only read */
	return found;
}

bool runtimes_any(const char *root)
{
	return has(root, 0, runtimes_places) || has_listed(root) || has_present(root);
}
