/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a compiled policy would answer: the hooks' look-ups, in user space. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "bpf/decide.h" /* struct answer */

struct compiled;

struct judge_who {
	uint32_t uid, euid; /* ~0 unknown */
	struct fence_exe exe; /* ino 0: unknown */
	const uint64_t *cgroup; /* ids from the root of the tree down to its own */
	size_t cgroup_n; /* 0: unknown */
};

struct judge_target {
	struct address address; /* a single one, IPv4 when v4-mapped; never the host's own */
	uint16_t port; /* host order; one that is not watched is allowed as REASON_OPEN */
};

/*
 * The same look-ups as bpf/trial.h and bpf/place.h, and the same decision. What is unknown is judged as
 * the hooks judge it: by rules that block, not by rules that allow.
 */
struct answer judge(
	const struct compiled *c, const struct judge_who *who, const struct judge_target *to);
