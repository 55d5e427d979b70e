/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of a policy, from its YAML. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "order.h"
#include "selectors.h"

struct policy_rule {
	char *name; /* never NULL; "rule N" when the file gives none */
	bool named; /* the file gave the name */
	struct selectors when; /* `if:` */
	struct order then;
	bool audit; /* mode: audit for this rule */
	unsigned layer; /* 0: the operator's; else 1 + index of the tenant's layer */
	unsigned line; /* in its file, for messages */
	const struct yaml_node *at; /* the same while that file is being read; then NULL */
};

/* Reads rule number `index` (from 0). 0 or -errno, said; rule_clear() what it gave. */
int rule_read(const struct yaml_node *n, size_t index, struct policy_rule *out);
void rule_clear(struct policy_rule *r); /* what it holds, not the struct */

/*
 * Appends the rules of a list, at most FENCE_RULES altogether, no name twice among the new ones. 0 or
 * -errno, said; what was appended until then stays.
 */
int rule_append(const struct yaml_node *list, struct policy_rule **rules, size_t *n);

/* While its file is being read: the node to complain at about that value. */
const struct yaml_node *rule_value(
	const struct policy_rule *r, enum selector key, const char *value);
