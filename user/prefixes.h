/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The targets that terms name, as disjoint classes for longest-prefix look-up. Pure. */
#pragma once

#include <stddef.h>

#include "address.h"
#include "bpf/fence.h"

struct resolved_to;
struct terms;
struct vectors;

struct prefixes_entry {
	struct address prefix;
	struct fence_to to; /* of an address whose longest prefix this is */
};

struct prefixes_input {
	const struct terms *terms;
	const struct resolved_to *to; /* addresses of names, which count as `to:` */
	size_t to_n;
};

/*
 * A prefix's class includes the terms of every prefix that covers it. Target classes (`to: public`)
 * are put as the prefixes where one class borders on another. A NAT64 address (64:ff9b::/96)
 * matches what the IPv4 address inside matches, besides what names it itself. v->vector[VECTOR_TO_ANY] gets
 * the terms without `to:`; an address without a prefix has just these, and VECTOR_TO_OTHER. Unique, IPv4
 * first, in order. 0 or -ENOMEM; free *out.
 */
int prefixes_find(
	const struct prefixes_input *in, struct vectors *v, struct prefixes_entry **out, size_t *n);
