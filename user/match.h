/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which terms a cgroup is compatible with: by its path, its unit, its container. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "terms.h"
#include "vectors.h"

struct containers;

/* The terms that select by cgroup, prepared. */
struct match;

/* What holds at one directory of the tree; that of the root's parent is all zero. */
struct match_level {
	struct fence_vector own; /* terms by cgroup that match it (others are not in the set) */
	/*
	 * The same for a cgroup below it that nobody has looked at: what is inherited, and where it could be any of the
	 * units, paths or containers that terms name: strict terms yes, others no. Within a
	 * service, scope or container, whose owner may make directories of any name, only what is inherited.
	 */
	struct fence_vector below;
	bool inside; /* a service's, scope's or container's own, or below one */
	bool known; /* false: a container whose state files do not tell yet; `own` then fails closed */
	/* per selector and part; private to the room */
	struct fence_vector part[TERM_PARTS];
};

int match_open(const struct terms *t, struct containers *c, struct match **out); /* 0 or -ENOMEM */
void match_close(struct match *m);
bool match_needed(const struct match *m); /* some term selects by cgroup */

/* `path` below the v2 root, "/" for the root itself; `parent` of the directory it lies in, NULL for the root. 0 or -ENOMEM. */
int match_child(const struct match *m, const struct match_level *parent, const char *path,
	struct match_level *out);

/* For each selector (by position, from 0) whether some cgroup matched it so far; NULL text behind the last. */
const char *match_unseen(
	const struct match *m, size_t i, const struct term **term, const char **kind);
