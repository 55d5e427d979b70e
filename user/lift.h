/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ends exemptions, blocks and pauses before their time. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct lift {
	const char *state; /* directory */
	unsigned id; /* 0: all pauses that are in force */
	bool json;
};

/*
 * In force at once; then tells `to` what has ended, for people or as one JSON object. No pause is no error. 0 or -errno,
 * said, and nothing has changed: -ENOENT there is no such one or no fence, -EALREADY it had ended.
 */
int lift(const struct lift *ask, FILE *to);
