/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One exemption, as it is kept in a file. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "order.h"
#include "selectors.h"

struct json;
struct json_t; /* of jansson */

#define EXEMPTION_MAX_ID                                                                           \
	32766 /* fits fence_attempt.rule beside FENCE_EXEMPTION, and is not FENCE_NO_RULE */

/* Owned strings. Times are wall clock ns. */
struct exemption {
	unsigned id; /* "e7" */
	struct selectors who; /* empty: the whole host. Users and groups by number */
	struct order order; /* allow, limit, block */
	bool pause; /* made by `pause`: the whole host, allow */
	uint64_t since_ns, until_ns;
	uint64_t revoked_ns; /* 0: it was not */
	char *by; /* who asked: login name, "alice"; "root" when not known */
	char *why; /* --reason */
	char *ticket; /* NULL none */
	char *selector; /* as typed: "container shop"; "the whole host" */
};

/* As an object in an array that is open. 0 or -ENOMEM. */
int entry_write(struct json *j, const struct exemption *e);

/* The same object back; complaints begin with `where`. 0 or -errno, said. entry_clear() what it gave. */
int entry_read(struct json_t *o, const char *where, struct exemption *out);
void entry_clear(struct exemption *e);
