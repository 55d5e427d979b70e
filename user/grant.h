/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `allow`, `block` and `pause` are asked on the command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "exemption.h"
#include "options.h"

struct grant_form {
	const char *verb; /* "allow", "block" or "pause" */
	const char *help; /* whole text of --help */
	bool selects; /* takes selectors and --all, and needs one of them; else it is a pause */
	bool limits; /* takes --limit */
	uint8_t action; /* enum action, without --limit */
};

struct grant {
	/* Order, reason, ticket and selectors as typed; but for containers, and not yet settled. */
	struct exemption e;
	char **container; /* names or ids as typed */
	size_t container_n;
	uint64_t lasts_s;
	const char *state; /* directory; default as given before */
	bool all; /* the whole host */
	bool by_name; /* containers by name, whoever bears it */
	bool json;
};

/*
 * argv[0] is the verb. OPTIONS_WRONG: said what is, and what to type. grant_clear() what it gave, in
 * any case.
 */
enum options_end grant_read(
	int argc, char **argv, const struct grant_form *form, struct grant *out, FILE *to);
void grant_clear(struct grant *g);
