/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exemptions, emergency blocks and pauses: timed, owned, reasoned, above all rules; kept on disk in wall time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entry.h"

enum exemption_end {
	EXEMPTION_IN_FORCE,
	EXEMPTION_EXPIRED,
	EXEMPTION_REVOKED,
};

/* What the file holds, those that have ended included for 30 days, by id. */
struct exemptions {
	struct exemption *e;
	size_t n;
	unsigned next; /* id of the next one; 0 as 1 */
};

/*
 * `dir`, absolute, holds exemptions.json, 0600, written whole by rename. No file is none. 0 or -errno, said: a file
 * that is not ours to trust (not root's, not whole) is refused, not read half. exemptions_clear() takes zeroes.
 */
int exemptions_load(const char *dir, struct exemptions *out);
int exemptions_save(const char *dir, const struct exemptions *all);
void exemptions_clear(struct exemptions *all);

/*
 * Takes over `e`, leaving zeroes, and gives it an id: the next one, from the first again after the last. 0; -ENOMEM;
 * -E2BIG, said: FENCE_EXEMPTIONS are in force.
 */
int exemptions_add(struct exemptions *all, struct exemption *e, unsigned *id);
struct exemption *exemptions_find(const struct exemptions *all, unsigned id); /* NULL: no such */
enum exemption_end exemption_state(const struct exemption *e, uint64_t now_ns);
void exemption_clear(struct exemption *e);
