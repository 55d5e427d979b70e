/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy text to struct policy and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "address.h"

struct profile;

enum established {
	ESTABLISHED_KEEP,
	ESTABLISHED_COUNT, /* keep, and list them */
	ESTABLISHED_VALUES,
};

/* One rule. Lists are OR, fields are AND; an empty list does not select. All owned. */
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

/* Reads a policy file ("-" stdin). Whole or not at all: 0, or -EINVAL/-errno with complaints said. */
int policy_open(const char *path, struct policy **out);
int policy_from_text(const char *name, const char *text, size_t n, struct policy **out);

/* No file: this profile, no rules, default block. */
int policy_from_profile(const char *profile, bool enforce, struct policy **out);
void policy_free(struct policy *p);

/* The policy as understood, canonical; policy_from_text() of it prints the same bytes. 0 or -errno. */
int policy_print(const struct policy *p, FILE *to);

/* SHA-256 of the canonical text, 64 hex digits and a zero. 0 or -errno. */
int policy_hash(const struct policy *p, char hex[65]);

/* "block" ...; "EPERM" and back: NULL, -EINVAL when there is none. */
const char *policy_action_name(uint8_t action);
int policy_action_from_name(const char *name);
const char *policy_errno_name(int err);
int policy_errno_from_name(const char *name);
