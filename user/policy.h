/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy text to struct policy and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "action.h"
#include "rule.h"

struct profile;

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
	uint8_t default_action; /* enum action */
	int default_err; /* as in a rule */
	struct policy_rule *rule;
	size_t rule_n;
	char *path; /* where it came from, for messages; NULL built in */
};

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
void policy_free(struct policy *p);

/* The policy as understood, canonical; policy_from_text() of it prints the same bytes. 0 or -errno. */
int policy_print(const struct policy *p, FILE *to);

/* SHA-256 of the canonical text, 64 hex digits and a zero. 0 or -errno. */
int policy_hash(const struct policy *p, char hex[65]);
