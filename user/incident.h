/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts grouped the way a person thinks: same program and user, same kind of target, same result. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attempt.h"

#define INCIDENTS_MOST 65536

struct incident {
	unsigned id; /* from 1, in order of first attempt: "i1" */
	struct attempt first; /* holds its own references; its outcome when settled */
	char *profile; /* of the policy that judged; NULL unknown. Owned */
	char *rule; /* its name; NULL none. Owned */
	uint64_t count;
	uint64_t first_ns, last_ns; /* wall clock */
	uint64_t targets; /* distinct addresses; a lower bound once many_seen */
	uint64_t processes; /* distinct (pid, start) known; a lower bound once many_seen */
	uint64_t outcomes[OUTCOME_COUNT]; /* of those let through and settled */
	bool others; /* the last of INCIDENTS_MOST: whatever came when all were taken */
	bool many_seen; /* more distinct things than are remembered (DISTINCT_MOST) */
};

/*
 * A growing set of them. One incident is one program (for an interpreter: and script), user, cgroup,
 * port, class of target, result, exemption, and place it was redirected to. A mail server that retries
 * at five exchangers is one. What is over the limit of one rule in one cgroup is one, by whatever program.
 */
struct incidents;

int incident_init(struct incidents **out);
void incident_free(struct incidents *s); /* NULL passes */

/*
 * Puts an attempt to its incident and says which, valid until incident_free(); *fresh: it is the
 * incident's first. `profile` and `rule` may be NULL and are copied. 0 or -ENOMEM.
 */
int incident_add(struct incidents *s, const struct attempt *a, const char *profile,
	const char *rule, const struct incident **out, bool *fresh);

/* Adds a settled attempt's outcome to its incident. Once for each attempt that was let through. */
void incident_settle(struct incidents *s, const struct attempt *a);

size_t incident_count(const struct incidents *s);
const struct incident *incident_at(const struct incidents *s, size_t i);
