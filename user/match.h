/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which terms a cgroup is compatible with: by its path, its unit, its container. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "terms.h"
#include "vectors.h"

struct containers;

#define MATCH_SLOTS 16 /* things that one term may ask of a cgroup: lists, and keys of labels */

/* The terms that select by cgroup, prepared. */
struct match;

/*
 * What holds at one directory of the tree. A term matches it when each of its selectors matches it or one
 * above it.
 */
struct match_level {
	struct fence_vector own; /* terms by cgroup that match it (others are not in the set) */
	/*
	 * The same for a cgroup below it that nobody has looked at. What is not strict holds there only when
	 * it holds here. What is strict holds too when some name, path or container would make it match:
	 * paths exactly, units anywhere but within services, scopes and containers, whose owners may make
	 * directories of any name, containers anywhere but within containers and a user's own services.
	 */
	struct fence_vector below;
	bool inside; /* a service's, scope's or container's own, or below one */
	/*
	 * Where some term has a limit: all below it is one workload. The topmost service, scope or container,
	 * since its owner may make any directory there; of a user, who may have any number of sessions, the slice.
	 */
	bool whole;
	bool known; /* false: a container, or in one, whose state files do not tell yet: to be asked again */
	/* Private to the room: of each term by slot, whether what it asks there has been met. */
	struct fence_vector slot[MATCH_SLOTS];
	bool in_container, in_user; /* the same for containers, and for a user's own slice */
};

/*
 * `t` and `c` (may be NULL when no term selects by container) must outlive it. 0, -ENOMEM, or -E2BIG, said:
 * a term asks more than MATCH_SLOTS things.
 */
int match_open(const struct terms *t, struct containers *c, struct match **out);
void match_close(struct match *m); /* NULL passes */
bool match_needed(const struct match *m); /* some term selects by cgroup, or has a limit */

/*
 * `path` below the v2 root, "/" for the root itself; `parent` of the directory it lies in, NULL for the
 * root. 0 or -ENOMEM.
 */
int match_child(const struct match *m, const struct match_level *parent, const char *path,
	struct match_level *out);

/* One text of one selector. */
struct match_value {
	const struct term *term;
	const char *kind; /* "unit", "label tier" */
	const char *text;
	bool by_label;
	bool of_container; /* kind is image, label, pod, ... */
	bool seen; /* some cgroup matched it so far */
	bool distrusted; /* some would have, but for being a user's own container, which earns nothing */
};

/* Containers that were known so far, and those of them whose files tell all labels. */
void match_containers(const struct match *m, size_t *known, size_t *labelled);

/* By position, from 0; false behind the last. `kind` lives until the next call. */
bool match_value(struct match *m, size_t i, struct match_value *out);
