/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts grouped the way a person thinks: same program and user, same target, same result. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attempt.h"

struct incident {
	unsigned id; /* from 1, in order of first attempt: "i1" */
	struct attempt first; /* holds its own references */
	char *profile; /* of the policy that judged; NULL unknown. Owned */
	char *rule; /* its name; NULL none. Owned */
	uint64_t count;
	uint64_t first_ns, last_ns; /* wall clock */
	uint64_t targets; /* distinct addresses, exact to 1,024, then a lower bound */
	uint64_t outcomes[OUTCOME_COUNT]; /* of those let through and settled */
	uint64_t processes; /* distinct (pid, start); exact to 1,024, then a lower bound */
};

/* A growing set of them. At most 65,536; what comes then is counted in the last, "others". */
struct incidents;

int incident_init(struct incidents **out);
void incident_free(struct incidents *s); /* NULL passes */

/*
 * Puts an attempt to its incident and says which; *fresh: it is the incident's first. `profile` and
 * `rule` may be NULL and are copied. 0 or -ENOMEM.
 */
int incident_add(struct incidents *s, const struct attempt *a, const char *profile,
	const char *rule, const struct incident **out, bool *fresh);

/* Adds a settled attempt's outcome to its incident. */
void incident_settle(struct incidents *s, const struct attempt *a);

size_t incident_count(const struct incidents *s);
const struct incident *incident_at(const struct incidents *s, size_t i);
