/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One process of a kind for each state directory. */
#pragma once

#include <sys/types.h>

/*
 * Takes the lock `name` in the directory `state`, made 0700 where missing (walk.h); held
 * until the fd is closed or we end. 0 or -errno, said: -EBUSY, with the pid of who holds it.
 */
int latch_take(const char *state, const char *name, int *fd);

#define LATCH_FOLLOWER "follower.lock" /* smtpfenced's */

/* Who holds it: 0, -ENOENT: nobody; else -errno, not said. */
int latch_holder(const char *state, const char *name, pid_t *pid);
