/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One rule of a policy, from its YAML. */
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
};

/* Reads rule number `index` (from 0). 0 or -errno, said; rule_clear() what it gave. */
int rule_read(const struct yaml_node *n, size_t index, struct policy_rule *out);
void rule_clear(struct policy_rule *r); /* what it holds, not the struct */
