/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which container a cgroup is, as its path and the runtimes' own state files tell. No SDK, no socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dossier.h" /* struct container */

/* A cache of what was read, with the places it was read from. */
struct containers;

/*
 * `root`: "" or a directory in whose place "/" is; NULL: what the variable SMTPFENCE_ROOT says, else "".
 * cgroups are always the machine's own. 0 or -ENOMEM.
 */
int containers_open(const char *root, struct containers **out);
void containers_close(struct containers *c); /* NULL passes */

/*
 * The container whose own cgroup `path` (below the v2 root) is; NULL, and *known, for any other cgroup,
 * also one inside a container's. *known: its state files were found; else only what the path says (id,
 * perhaps runtime, rootless) is filled in, and it may be asked for again. -ENOMEM else 0. The result
 * lives until containers_close() or containers_forget(), its texts until the same path is asked for again.
 */
int container_find(
	struct containers *c, const char *path, const struct container **out, bool *known);
void containers_forget(struct containers *c, const char *path); /* its cgroup is gone */

bool containers_any(const struct containers *c); /* some runtime has its files here (runtimes.h) */

/* True when the path is of a container's own cgroup: "/system.slice/docker-<64 hex>.scope", ... Pure. */
bool container_is(const char *path);
