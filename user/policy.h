/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy text to struct policy and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "action.h"
#include "charter.h" /* struct policy */

/* "keep", "count"; NULL when there is none. */
const char *policy_established_name(uint8_t established);

/*
 * Reads a policy file ("-" stdin). Whole or not at all: 0, or -EINVAL/-errno with complaints said.
 * Warns about rules that can never decide, and about what a rule does not promise.
 */
int policy_open(const char *path, struct policy **out);
int policy_from_text(const char *name, const char *text, size_t n, struct policy **out);

/* No file: this profile, no rules, default block. */
int policy_from_profile(const char *profile, bool enforce, struct policy **out);

/*
 * Puts a tenant's file (keys: version, tenant, rules, default: block) on top of the policy, as its next
 * layer. Its `default: block` becomes that layer's last rule. 0 or -errno, said, and `p` is as before.
 */
int policy_add_layer(struct policy *p, const char *path);

/* A policy file and those of tenants' layers behind it, with a NULL at the end; whole or not at all. */
int policy_open_all(char *const *file, struct policy **out);
void policy_free(struct policy *p);

/* Path of the file a rule came from, for messages; "policy" when built in. */
const char *policy_origin(const struct policy *p, const struct policy_rule *r);

/*
 * The policy as understood, canonical, layers and tenants included (`layers:`); policy_from_text() of it prints the
 * same bytes. With `origins` each rule is followed by a comment, file and line. 0 or -errno.
 */
int policy_print(const struct policy *p, bool origins, FILE *to);

/* SHA-256 of the canonical text, 64 hex digits and a zero. 0 or -errno. */
int policy_hash(const struct policy *p, char hex[65]);
