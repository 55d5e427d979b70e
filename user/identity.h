/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who a process is, as rules ask for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "exes.h"

/* Owned. */
struct identity {
	uint32_t uid, euid; /* real and effective */
	uint32_t *gid; /* real, effective, and all the others */
	size_t gid_n;
	char *exe; /* path as the process has it; NULL: a kernel thread, or not ours to see */
	struct fence_exe key; /* zeroes: unknown, or no file of our mount namespace */
};

/* `key`: also its executable's. -ENOENT when it is gone, -ENOMEM, -errno; not said. */
int identity_read(pid_t pid, bool key, struct identity *out);

/* Whether the users, groups and executables of a term, `e` exes_find() of it, are met. Cgroups are not asked. */
bool identity_is(const struct identity *i, const struct term *t, const struct exes *e);
void identity_clear(struct identity *i);
