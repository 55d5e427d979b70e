/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One command's own cgroup with a fence around it, gone with us. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "kernel.h"

struct invoker;
struct policy;
struct cage;

/* The process that will be let in, held by its parent meanwhile. */
struct cage_held {
	pid_t pid;
	pid_t parent;
	uid_t uid; /* that it has now */
};

/*
 * Makes a cgroup below that of the held process, loads the policy, attaches and arms it there. Names in
 * the policy are looked up with the rights of `who`. First removes what killed runs left beside it.
 * 0 or -errno, said.
 */
int cage_open(const struct policy *p, const struct cage_held *held, const struct invoker *who,
	struct cage **out);

/*
 * Moves the held process in. -EPERM, said, when it is not what cage_open() was told: the asking side
 * may lie, or its child may have made room for another with the same number.
 */
int cage_enter(struct cage *c);

void cage_maps(const struct cage *c, int maps[MAP_COUNT]); /* owned by c */
const char *cage_dir(const struct cage *c);
const char *cage_mount(const struct cage *c); /* of the v2 tree */

/* "sleep (4711), 2 more": who is in it, inert. Returns their number. */
size_t cage_list(const struct cage *c, char *to, size_t size);

/* Takes the fence down and removes the cgroup, which is empty. NULL passes. */
void cage_close(struct cage *c);
