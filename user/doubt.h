/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Warnings on rules that can never decide, or that promise less than they seem to. */
#pragma once

#include <stddef.h>

struct policy_rule;
struct profile;
struct yaml_node;

/*
 * Warns at `n` about rules[index], given those before it. Rules with more than 16 values in a selector are
 * not compared with others.
 */
void doubt_rule(const struct yaml_node *n, const struct policy_rule *rules, size_t index,
	const struct profile *p);
