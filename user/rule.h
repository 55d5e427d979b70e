/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One rule of a policy, from its YAML. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct yaml_node;

/*
 * One rule. Lists are OR, fields are AND; an empty list does not select. Lists are sorted and hold
 * nothing twice. All owned.
 */
struct policy_rule {
	char *name; /* never NULL; "rule N" when the file gives none */
	bool named; /* the file gave the name */
	struct address *to;
	size_t to_n;
	uint32_t to_classes; /* bit per enum target_class named in `to:` */
	uint16_t *port; /* host order */
	size_t port_n;
	char **user; /* names or numbers as written */
	uint32_t *uid; /* what they mean here, same length */
	size_t user_n;
	char **exe; /* absolute paths */
	size_t exe_n;
	char **cgroup; /* absolute paths below the v2 root, or globs (fnmatch, FNM_PATHNAME) */
	size_t cgroup_n;
	char **unit; /* systemd unit names or globs, "exim4.service" */
	size_t unit_n;
	uint8_t action; /* enum action */
	int err; /* positive errno for block; 0: the policy's */
	bool audit; /* mode: audit for this rule */
	unsigned line; /* in the file, for messages */
};

/* Reads rule number `index` (from 0). 0 or -errno, said; rule_clear() what it gave. */
int rule_read(const struct yaml_node *n, size_t index, struct policy_rule *out);

/* "allow", "block", "block EPERM" or "drop"; also what `default:` takes. 0 or -errno, said. */
int rule_read_action(const struct yaml_node *n, uint8_t *action, int *err);

/* Releases what it holds, not the struct. */
void rule_clear(struct policy_rule *r);

/* True when it has a selector that asks who, not where to. */
bool rule_identifies(const struct policy_rule *r);
