/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What selectors come to when their presets and tenants are written out: the ways to match them. */
#pragma once

#include <stddef.h>

struct policy;
struct selectors;

/* All must match; NULL behind the last. Not owned. */
struct way {
	const struct selectors *part[2]; /* they themselves; with `mta`, one way of a preset */
};

struct ways {
	struct way *way; /* owned */
	size_t n;
};

/* What presets came to, each looked for once. */
struct ways_presets {
	const char **name; /* not owned */
	struct selectors **list; /* owned */
	size_t *list_n;
	size_t n;
};

struct ways_asked {
	const char *where; /* messages begin with it */
	const struct policy *policy; /* whose tenants */
	struct ways_presets *presets;
};

/*
 * At the end of `out`. 0 or -errno, said; -ENOENT: a preset that is not on this machine, or no such tenant. Names of
 * presets and all selectors must outlive the ways, and so must `presets`, which ways_forget() ends.
 */
int ways_add(const struct ways_asked *a, const struct selectors *s, struct ways *out);
int ways_add_tenant(const struct ways_asked *a, const char *tenant, struct ways *out);
void ways_forget(struct ways_presets *p);
