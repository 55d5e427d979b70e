/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The canonical text of a rule. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct policy_rule;

/* As an entry of `rules:`, lines of its own. Errors stay in `to`. */
void canon_rule(FILE *to, const struct policy_rule *r);

/* "block EPERM": what rule_read_action() takes. */
void canon_action(FILE *to, uint8_t action, int err);
