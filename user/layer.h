/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules that a tenant makes for itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rule.h"
#include "tenant.h"

/*
 * A tenant's own rules: for its workloads only, judged before the operator's, and they can only tighten: what such a
 * rule allows goes on to the layers below.
 */
struct policy_layer {
	char *tenant; /* a name in tenants; owned */
	char *path; /* where its rules came from, for messages; NULL: the policy itself. Owned */
};

/* What a layer is read into. */
struct layer_place {
	const struct tenant *tenant; /* those there are; not owned */
	size_t tenant_n;
	struct policy_rule *rule; /* its rules are appended; the caller's, also after a failure */
	size_t rule_n;
	unsigned number; /* their policy_rule.layer */
};

/*
 * Reads { tenant: ..., rules: ..., default: ... }; with `file` it is a document, with `version: 1`. Its default becomes
 * its last rule. Refused is what could loosen the operator's rules: a rule in audit, and a limit or a redirect, which
 * decide and still let something pass. 0 or -errno, said. *tenant: its name, owned.
 */
int layer_read(const struct yaml_node *n, bool file, struct layer_place *into, char **tenant);

void layer_clear(struct policy_layer *l); /* what it holds, not the struct */
