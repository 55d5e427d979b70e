/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a compiled policy would answer: the hooks' look-ups, in user space. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "bpf/decide.h" /* struct answer */

struct compiled;

struct judge_who {
	uint32_t uid, euid; /* ~0 unknown */
	const uint32_t *gid; /* its groups: real, effective, then supplementary ones */
	size_t gid_n;
	bool gids_known; /* false: it may have more than these */
	struct fence_exe exe; /* ino 0: unknown */
	const uint64_t *cgroup; /* ids from the root of the tree down to its own */
	size_t cgroup_n; /* 0: unknown */
};

struct judge_target {
	struct address address; /* a single one, IPv4 when v4-mapped; never the host's own */
	uint16_t port; /* host order; one that is not watched is allowed as REASON_OPEN */
};

/*
 * The same look-ups as bpf/trial.h, bpf/groups.h and bpf/place.h, and the same decision, at `now_ns` of the
 * boot clock, of a connect() by a socket of the target's own family. What is unknown is judged as the hooks
 * judge it: by terms that are strict, not by the others. A limit is answered as one that is not reached.
 */
struct answer judge(const struct compiled *c, const struct judge_who *who,
	const struct judge_target *to, uint64_t now_ns);

/* What of an attempt a term does not fit. */
enum judge_misfit {
	MISFIT_PORT = 1,
	MISFIT_TARGET = 2,
	MISFIT_USER = 4,
	MISFIT_GROUP = 8,
	MISFIT_PROGRAM = 16,
	MISFIT_PLACE = 32, /* cgroup, unit, container */
};

/* Of term number `term`, 0: it matches, whether it has expired or not. */
unsigned judge_misfit(const struct compiled *c, const struct judge_who *who,
	const struct judge_target *to, size_t term);
