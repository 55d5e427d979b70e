/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt back from the JSON line that line_json() wrote. */
#pragma once

#include <stddef.h>

#include "attempt.h"

struct recalled {
	struct attempt attempt; /* attempt_clear() it */
	char *profile; /* NULL: the line names none. Owned */
	char *rule; /* its name; NULL none. Owned */
};

/*
 * Reads one line: ids, subject, outcome and all that a report needs; unknown keys are ignored.
 * line_json() of it gives the same line. 0; -EINVAL: it is no event of ours, and *why says what is
 * wrong with it (static text); -ENOMEM.
 */
int recall_line(const char *line, size_t n, struct recalled *out, const char **why);

/* Releases what it holds, not the struct. */
void recall_clear(struct recalled *r);
