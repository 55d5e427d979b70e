/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What policies and profiles say, as JSON. */
#pragma once

#include <stdio.h>

struct policy;
struct profile;

/* One line each. What is not known, or not asked by a rule, is left out. Errors stay in `to`. */
void dump_policy(FILE *to, const struct policy *p, const char *hash);
void dump_profile(FILE *to, const struct profile *p);
