/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a policy says, key by key. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layer.h" /* struct policy_layer */
#include "order.h"
#include "rule.h"
#include "tenant.h"

struct profile;

#define POLICY_LAYERS 64 /* tenants' layers at most */

enum established {
	ESTABLISHED_KEEP,
	ESTABLISHED_COUNT, /* keep, and list them */
	ESTABLISHED_VALUES,
};

struct policy {
	char *profile_name;
	struct profile *profile; /* owned */
	bool enforce;
	uint8_t established; /* enum established */
	int err; /* positive errno of `block`; 0: the profile's, at `up` EPERM */
	struct order otherwise; /* `default:`: allow, block or drop */
	uint64_t longest_s; /* longest term of an exemption or block; 0: no bound */
	struct tenant *tenant;
	size_t tenant_n;
	struct policy_layer *layer;
	size_t layer_n;
	struct policy_rule
		*rule; /* in the order they are judged: layer 1, layer 2, ..., the operator's */
	size_t rule_n;
	char *path; /* where it came from, for messages; NULL built in */
};

extern const char *const charter_modes[]; /* indexed by struct policy's enforce; NULL at the end */
extern const char *const charter_established[]; /* indexed by enum established; NULL at the end */

/*
 * Reads a policy's document into `p`, which has the defaults and its path; what it got is the caller's, also after a
 * failure. Warns as doubt_rule() does. 0 or -errno, said.
 */
int charter_read(struct yaml_node *root, struct policy *p);

/* p->profile_name from what a file or flag called the profile that p has. 0 or -ENOMEM, said. */
int charter_name_profile(struct policy *p, const char *given);

/* What charter_read() asks of rules that are new, of a layer to be added: names, ports, doubts. */
int charter_check(const struct policy *p, struct policy_rule *rule, size_t n);
