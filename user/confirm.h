/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A change that goes back by itself unless it is confirmed in time, also when the terminal is gone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Before the change: keeps what was asked so far (state_keep()) unless an unconfirmed change keeps an older one, and
 * starts a process that waits, in a session and the root cgroup of its own, with nothing open. When the time is up and
 * `confirm.json` in `dir` still names it, it calls raise_back(). 0 or -errno, said.
 */
int confirm_begin(const char *dir, uint64_t seconds);

/* It holds, or was replaced, or is gone: the waiting process ends, what was kept is forgotten. 0 also when none waits. */
int confirm_end(const char *dir);
