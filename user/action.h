/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of actions, and of the errors that an application may be shown. */
#pragma once

#include <stdint.h>

/* All names in order, NULL at the end. Actions are indexed by enum action. */
extern const char *const action_names[];
extern const char *const action_errno_names[];

/* "block"; NULL when there is none. And back, or -EINVAL. */
const char *action_name(uint8_t action);
int action_from_name(const char *name);

/* "EPERM" of a positive errno; NULL when it is none a policy may name. And back, or -EINVAL. */
const char *action_errno_name(int err);
int action_errno_from_name(const char *name);
