/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose workloads are whose: `tenants:` of a policy, or a CSV file. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "selectors.h"

/* Owned. Its workloads are those that any of `any` matches. */
struct tenant {
	char *name;
	char *contact; /* mail address or URL; NULL none */
	struct selectors *any;
	size_t any_n; /* at least 1 */
	unsigned line;
};

/*
 * Reads `tenants:`: a map NAME: { contact: ..., if: SELECTORS or a list of them }, or the path of a CSV file with
 * the columns name, contact, selectors ("container=shop-*;user=alice": AND; a name in several rows: OR),
 * beside the policy `beside` when relative. `to`, `port`, `not`, `tenant` do not select tenants. 0 or -errno,
 * said with line and column. Sorted by name. Free with tenants_free().
 */
int tenants_read(const struct yaml_node *n, const char *beside, struct tenant **out, size_t *n_out);
void tenants_free(struct tenant *t, size_t n);
const struct tenant *tenants_find(const struct tenant *t, size_t n, const char *name);
void tenants_print(
	FILE *to, const struct tenant *t, size_t n); /* canonical `tenants:`, lines of its own */
