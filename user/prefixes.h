/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The targets that rules name, as disjoint classes for longest-prefix look-up. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct policy;
struct vectors;

struct prefixes_entry {
	struct address prefix;
	uint32_t vector; /* of the rules that match an address whose longest prefix this is */
};

/*
 * A prefix's class includes the rules of every prefix that covers it. Target classes (`to: public`)
 * are put as the prefixes where one class borders on another. A NAT64 address (64:ff9b::/96)
 * matches what the IPv4 address inside matches, besides what names it itself. An address without a
 * prefix is one that no rule names. Unique, IPv4 first, in order. 0 or -ENOMEM; free *out.
 */
int prefixes_find(
	const struct policy *p, struct vectors *v, struct prefixes_entry **out, size_t *n);
