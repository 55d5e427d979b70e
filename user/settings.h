/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a policy makes constants of the programs: ports, scope, which dimensions are asked. Pure. */
#pragma once

#include <stdint.h>

#include "bpf/fence.h"

struct policy;
struct terms;

/*
 * `fallback_errno` where the policy names none. Leaves policy, host_netns, generation, with_* and tell_all
 * to the caller. 0, or -E2BIG when there are more than FENCE_PORTS ports.
 */
int settings_fill(const struct policy *p, const struct terms *t, int fallback_errno,
	struct fence_settings *out);

int settings_slot(const struct fence_settings *s, uint16_t port); /* -1: it is not watched */
