/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of events, read into incidents. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "incident.h"

/* What a file held. Owned. */
struct ledger {
	struct incidents *incidents;
	char *profile; /* the first that is named; NULL none */
	uint64_t bad; /* lines that are no events */
	bool enforced; /* some attempt was judged in enforce */
};

/*
 * Reads to the end. A line that is no event is said ("name:line: ...", the first ten of them), counted
 * and passed over. 0 or -errno, said; then `out` is untouched.
 */
int ledger_read(FILE *from, const char *name, struct ledger *out);

/* Releases what it holds, not the struct. */
void ledger_clear(struct ledger *l);
