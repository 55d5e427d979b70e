/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exemptions and rules as the list of terms that the kernel's vectors are about, in the order they are
 * judged: exemptions in force, newest first, then the policy's rules. A rule with presets or tenants comes to several.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"

struct exemptions;

#define TERM_PARTS 5

struct term {
	const struct selectors
		*part[TERM_PARTS]; /* all must match; NULL behind the last; not owned */
	const struct order *order; /* not owned */
	const char *name; /* of the rule, or "e7"; for messages. Not owned */
	uint64_t until_ns; /* boot clock; 0 never */
	uint16_t number; /* fence_term.number */
	uint16_t next; /* with pass */
	bool pass;
	bool audit;
	unsigned line; /* of the rule; 0 */
	const char *origin; /* its file; NULL. Not owned */
};

struct terms {
	struct term *term;
	size_t n;
	size_t rules_at; /* first of a rule */
	uint64_t name; /* of this list: FNV-1a over what it says. Same name, same terms */
	struct selectors **owned; /* what presets came to */
	size_t *owned_n;
	size_t owned_lists;
	char **names; /* "e7" */
	size_t names_n;
};

/*
 * `p` and `e` (NULL: none) must outlive it. An exemption that selects nothing is the whole host. 0 or -errno, said: a
 * preset that is not on this machine; more than FENCE_TERMS terms or FENCE_GIDS groups; `interface` and `vm`, which only packet hooks see. Free with
 * terms_clear().
 */
int terms_list(const struct policy *p, const struct exemptions *e, struct terms *out);
void terms_clear(struct terms *t);

bool term_is_strict(const struct term
		*t); /* holds also for what is not identified: strict, not audited, no pass */
bool term_names(const struct term *t, enum selector s); /* some part has it */
bool term_by_cgroup(const struct term *t);
bool term_by_container(const struct term *t);
