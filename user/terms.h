/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exemptions and rules as the list of terms that the kernel's vectors are about, in the order they are
 * judged: exemptions in force, newest first, then the policy's rules. A rule with presets or tenants
 * comes to several.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"
#include "ways.h"

struct exemptions;

/* Its own; its tenant's; its layer's tenant's; for each of them a preset's; the NULL behind. */
#define TERM_PARTS 7

struct term {
	/*
	 * All must match; NULL behind the last; not owned. The first is its own, and only that one has
	 * targets, ports and `not:`. What `mta` and `tenant` mean stands in the others.
	 */
	const struct selectors *part[TERM_PARTS];
	const struct order *order; /* not owned */
	const char *name; /* of the rule, or "e7"; for messages. Not owned */
	uint64_t until_ns; /* boot clock; 0 never */
	uint16_t number; /* fence_term.number */
	uint16_t next; /* with pass: first term of the layer below, or the number of terms */
	bool pass;
	bool audit;
	unsigned line; /* of the rule; 0 */
	const char *origin; /* its file; NULL: of an exemption. Not owned */
};

struct terms {
	struct term *term;
	size_t n;
	size_t rules_at; /* first of a rule */
	uint64_t name; /* of this list: FNV-1a over what it says. Same name, same terms */
	struct ways_presets presets;
	char **names; /* "e7" */
	size_t names_n;
};

/*
 * `p` and `e` (NULL: none) must outlive it. An exemption that selects nothing is the whole host. 0 or
 * -errno, said: a preset that is not on this machine or a tenant that is not in the policy; more than
 * FENCE_TERMS terms or FENCE_GIDS groups; `interface` and `vm`, which only packet hooks see; in a tenant's
 * layer what could let pass more than the layers below. Free with terms_clear().
 */
int terms_list(const struct policy *p, const struct exemptions *e, struct terms *out);
void terms_clear(struct terms *t);

/* Holds also for what is not identified: strict, not audited, no pass. */
bool term_is_strict(const struct term *t);
bool term_names(const struct term *t, enum selector s); /* some part has it */
bool term_by_cgroup(const struct term *t);
bool term_by_container(const struct term *t);

#define TERM_WHERE 512 /* holds any term_where(), cut */

/* "policy.yaml:12" or "exemption e7": what messages about it begin with. Returns `to`. */
char *term_where(char to[TERM_WHERE], const struct term *t);
