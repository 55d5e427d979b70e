/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The policy maps of the program set in force, for whoever adds to them while it lives. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "bpf/fence.h"

struct pin;
struct living;
struct match_level;

/* Of the fence with these pins. 0, -ENOENT silent: there is none; else -errno, said. */
int living_open(const struct pin *p, struct living **out);
void living_close(struct living *l); /* NULL passes */
bool living_current(const struct living *l); /* they are still those in force */
uint64_t living_terms(const struct living *l); /* names the list of terms they are about */
bool living_by_cgroup(const struct living *l); /* it asks for cgroups */

/*
 * What terms by cgroup match the cgroup, and what is below it and unknown; those that do not select by
 * cgroup are joined. 0, -ENOSPC: no room for another set of terms or another cgroup, which arming anew
 * makes; else -errno. Not said.
 */
int living_cgroup(struct living *l, uint64_t id, const struct match_level *level);
int living_forget(struct living *l, uint64_t id); /* 0 also when it is not there */
int living_gone(
	struct living *l, uint64_t id); /* the same, and its limits: it is no cgroup any more */

/* Makes room for limits (sweep.h); `mount` of the cgroup tree. 0 or -errno, not said. */
int living_sweep(struct living *l, const char *mount);

/* Calls visit(id, arg), which may forget that one, for each cgroup in the map. 0 or -errno, not said. */
int living_each(struct living *l, void (*visit)(uint64_t id, void *arg), void *arg);

/* `fresh` gets the terms of `old`, which stays. -ENOSPC as above; -ENOENT: no term knows `old`. Not said. */
int living_exe(struct living *l, const struct fence_exe *old, const struct fence_exe *fresh);

/* `e` gets one term more. As above. *mine: nobody knew it before. */
int living_exe_join(struct living *l, const struct fence_exe *e, size_t term, bool *mine);
int living_exe_forget(struct living *l, const struct fence_exe *e);
bool living_has_exe(const struct living *l, const struct fence_exe *e); /* some term knows it */
bool living_to(
	const struct living *l, const struct address *a, size_t term); /* it names that address */
