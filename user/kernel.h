/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program set in the kernel: loaded with one policy, attached or put in the place of another. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile.h"

/* Maps that outlive a policy; their names as pinned are kernel_map_name(). */
enum kernel_map {
	MAP_STATE,
	MAP_TOTALS,
	MAP_CGTOTALS,
	MAP_EVENTS,
	MAP_SEQ,
	MAP_MARK,
	MAP_SEEN,
	MAP_CURSOR,
	MAP_DETOUR,
	MAP_LIMITS,
	MAP_COUNT,
};

struct kernel_options {
	const int *maps; /* MAP_COUNT fds of the state maps to share; NULL: new ones. Not owned */
	bool tell_all; /* as under `run` */
	bool outcomes; /* attach sockops and sock_release */
	uint32_t generation;
};

struct kernel;

const char *kernel_map_name(enum kernel_map m);
const char *kernel_program_name(enum hook h); /* "fence_connect4" */

/*
 * Loads the programs with the policy's maps filled. Tries with all of identity, then without strings,
 * then without btf (a policy that needs it is then refused with -ENOTSUP). 0 or -errno, said:
 * -EPERM when not permitted.
 */
int kernel_load(const struct compiled *c, const struct kernel_options *o, struct kernel **out);
void kernel_close(struct kernel *k); /* NULL passes; links that are not pinned end */

/* Loaded, to be attached: outcomes and what getpeername() shows only where something asks for them. */
bool kernel_uses(const struct kernel *k, enum hook h);
int kernel_map_fd(const struct kernel *k, enum kernel_map m); /* owned by k */
int kernel_program_fd(const struct kernel *k, enum hook h); /* owned by k */
bool kernel_has_btf(const struct kernel *k);
bool kernel_has_strings(const struct kernel *k);

/*
 * Links hook h to the cgroup directory; *link_fd is the caller's. -errno, said: -EBUSY when another
 * program, which is named, lets none stand beside it.
 */
int kernel_attach(const struct kernel *k, enum hook h, const char *cgroup_dir, int *link_fd);

/* Puts our program in the place of the one under `link_fd`, atomically. -ENOLINK: its cgroup is gone. */
int kernel_replace(const struct kernel *k, enum hook h, int link_fd);

/* The one store that makes the hooks of new state maps judge. 0 or -errno, said. */
int kernel_arm(int state_map_fd);

/* First of MAP_STATE. 0 or -errno, said. */
int kernel_state(int state_map_fd, struct fence_state *out);

/*
 * A map of the program set that a link runs now, by name ("fence_vectors"), for whoever fills in later what
 * a living policy needs. fd of the caller's; -ENOENT: its program uses no such map; -errno. Not said.
 */
int kernel_policy_map(int link_fd, const char *name);
