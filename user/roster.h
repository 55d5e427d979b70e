/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tenants from a CSV file, row by row, and what a tenant may be called and selected by. */
#pragma once

#include <stdbool.h>

#include "selectors.h"

struct roster_row {
	const char *name;
	const char *contact; /* NULL none */
	struct selectors *who; /* not empty; the visitor may take what it holds and leave zeroes */
	const char *file;
	unsigned line;
};

struct roster_ask {
	int (*row)(const struct roster_row *row, void *arg); /* stops at non-zero */
	void *arg;
};

/*
 * A file with the columns name, contact, selectors; the last as "container=shop-*;user=alice", all of
 * which must match. A value can hold no ';'. 0, what `row` returned, or -errno, said with line and column.
 */
int roster_read(const char *path, const struct roster_ask *ask);

/* What is wrong with it, to be read behind it ("is empty"); NULL nothing. */
const char *roster_name_fault(const char *name);
const char *roster_contact_fault(const char *contact);

/* A selector's key that is about the destination, or names other tenants. */
bool roster_is_target(const char *key);
