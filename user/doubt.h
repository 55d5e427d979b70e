/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Warnings on rules that can never decide, or that promise less than they seem to. */
#pragma once

#include <stddef.h>

struct policy_rule;
struct profile;

/*
 * Warns about rules[index] while its file is being read, given those before it in its layer. Rules with more than
 * 16 values in a selector are not compared with others.
 */
void doubt_rule(const struct policy_rule *rules, size_t index, const struct profile *p);
