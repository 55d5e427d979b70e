/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names in a list of terms to what the kernel and the network call them on this machine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "terms.h"
#include "vectors.h"

struct containers;

struct resolved_exe {
	size_t term;
	struct fence_exe key;
};

/* An address of `to: { name: ... }`. */
struct resolved_to {
	size_t term;
	struct address address;
};

/* A cgroup that is judged otherwise than the nearest one above it would be, or that has limits of its own. */
struct resolved_cgroup {
	uint64_t id;
	/* indexes into resolved.sets, from VECTOR_FIRST on, as vectors_put() gives */
	uint32_t own, below;
	bool whole; /* as match_level.whole */
};

struct resolved {
	struct resolved_exe *exe;
	size_t exe_n;
	struct resolved_to *to;
	size_t to_n;
	struct resolved_cgroup *cgroup; /* unique by id; a parent before what lies in it */
	size_t cgroup_n;
	struct vectors sets; /* of terms that select by cgroup */
};

/*
 * Finds executables (in our mount namespace; of a term that selects by container in those that run now),
 * cgroups below the v2 mount `cgroup_mount` (NULL: none, when no term selects by cgroup), and addresses of names. What cannot be
 * resolved here is refused with the rule's file and line, never left out: an executable that is not there, a
 * name without an address, a label where containers run and nothing tells their labels. A unit, cgroup or
 * container that is not there now is warned about; the follower (smtpfenced) knows it when it comes. 0 or
 * -errno, said. Free with resolve_free(), which takes NULL.
 */
int resolve_terms(const struct terms *t, const char *cgroup_mount, struct containers *c,
	struct resolved **out);
void resolve_free(struct resolved *r);
