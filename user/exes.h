/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Executables that terms name to the kernel's keys, on this machine and within containers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bpf/fence.h"
#include "terms.h"

struct exes {
	struct fence_exe *key; /* owned; zeroes are none */
	size_t n;
};

bool exes_within(const struct term *t); /* names executables of containers, not of the machine */

/*
 * Adds what all parts of `t` name which name executables: as our own mount namespace has them. 0, or
 * -errno, not said: then *missing is the path that could not be had.
 */
int exes_find(const struct term *t, struct exes *out, const char **missing);

/* As process `pid` has them, which lies in a container; what is not there is left out. 0 or -ENOMEM. */
int exes_find_in(const struct term *t, pid_t pid, struct exes *out);

/* A process in a cgroup (its directory) or below. 0 or -ENOENT, -errno. */
int exes_process(const char *cgroup, pid_t *pid);

/* A container's first process has the root of whoever starts it, until its runtime has exchanged that. */
bool exes_settled(pid_t pid);
