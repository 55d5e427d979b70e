/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a path in the cgroup tree says by itself of a container. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shape {
	const char *runtime; /* as in struct container; NULL: the path does not tell */
	const char *id; /* in the path, id_n bytes: 64 hex digits, or a name (LXC) */
	size_t id_n;
	uint32_t uid; /* whose user slice it lies in; 0: the system's */
};

/*
 * Is `path` (below the v2 root) a container's own cgroup? Not one that lies in a container's: what runs
 * there may make directories of any name. Of Podman's "libpod-ID.scope/container" it is the scope: it has
 * the id, and all of the container lies in it. Monitors (conmon, lxc.monitor) are no containers.
 */
bool shape_read(const char *path, struct shape *out);
