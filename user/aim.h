/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a destination is one that selectors speak of. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct address;
struct profile;
struct selectors;

/*
 * Without `port` they speak of the ports that the profile blocks; without `to` of targets in its scope. What a name
 * in `to:` means is not looked up: it covers nothing here. `a`: a single address, not one of the host's own.
 */
bool aim_covers(
	const struct selectors *s, const struct profile *p, const struct address *a, uint16_t port);
