/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why this machine or container does not let us raise a fence, and what to type. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True when `err` means that we are not permitted or not able here (exit 3): then a hint is said, to
 * `verb` ("run ..."). The failure itself has been said. False for all other errors, silent.
 */
bool permit_refused(int err, const char *verb);

struct permit_style {
	const char *prefix; /* of each name */
	const char *between;
};

/*
 * The capabilities that a fence needs and `effective` (bit per capability) lacks: "CAP_BPF, CAP_X". ""
 * none. Returns `to`.
 */
char *permit_missing(char *to, size_t size, uint64_t effective, const struct permit_style *style);
