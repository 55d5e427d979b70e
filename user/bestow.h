/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Puts an exemption, block or pause that was asked for in force, and tells what came of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "census.h"
#include "exemption.h"
#include "grant.h"

struct bestow {
	struct exemption e; /* as it is in force */
	struct census_count count; /* whom it was about just before */
	bool enforced; /* the fence is not in audit */
	bool strict; /* it blocks: open connections were looked for */
	size_t cut, uncut; /* connections ended; that could not be */
	int cut_err; /* 0; what kept all from being ended, said */
};

/*
 * Against the policy in force: no longer than it allows, and about somebody who is here. Takes what `g`
 * holds of the exemption. 0, though not all connections could be ended; -ENOENT, -EEXIST (it is paused already) or
 * another -errno, said, and nothing has changed. bestow_clear() what it gave.
 */
int bestow(struct grant *g, struct bestow *out);
void bestow_clear(struct bestow *b);

/*
 * A whole verb: options, the two above, and the answer to `to`. `state`: where the fence is unless an option
 * says. 0; OPTIONS_HELPED or OPTIONS_WRONG; -errno, said.
 */
int bestow_as(int argc, char **argv, const struct grant_form *form, const char *state, FILE *to);

/* For people, or as one JSON object. */
void bestow_tell(const struct bestow *b, bool json, FILE *to);
