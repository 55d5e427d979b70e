/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which terms match a cgroup and each one above it, remembered from one path to the next. */
#pragma once

#include "match.h"

struct ladder;

int ladder_open(const struct match *m, struct ladder **out); /* `m` must outlive it. 0 or -ENOMEM */
void ladder_close(struct ladder *l); /* NULL passes */

/*
 * The level of the cgroup `path` and that of its parent, NULL for the root; both live until the next call.
 * 0, -ENOMEM, or -E2BIG: deeper than FENCE_DEPTH, which is unknown whatever matches.
 */
int ladder_climb(struct ladder *l, const char *path, const struct match_level **own,
	const struct match_level **parent);

void ladder_forget(struct ladder *l, const char *path); /* of it, and of what is below it */
