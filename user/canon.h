/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The canonical text of a policy's parts: lines of their own. Errors stay in the file. */
#pragma once

#include <stdio.h>

#include "rule.h"

struct profile;

/* As an entry of `rules:`, its "-" behind `indent` blanks. 0 or -ENOMEM, unsaid. */
int canon_rule(FILE *to, const struct policy_rule *r, unsigned indent);

/*
 * Comments, because they belong to what a policy says and so into its hash: what the profile means, and
 * what the names of users and groups mean here.
 */
void canon_profile(FILE *to, const struct profile *p);
void canon_ids(FILE *to, const struct selectors *s, unsigned indent);
