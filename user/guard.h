/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A fence that outlives us: pinned, armed, changed without a gap, looked at. */
#pragma once

#include <stdbool.h>

#include "kernel.h"
#include "link.h"
#include "pin.h"

/*
 * Arms, or changes, the fence whose pins are in `p` (locked by the caller) on `cgroup_dir`. First
 * arming: links are pinned inert in a staging directory, renamed, then armed by one store. Change:
 * hook by hook BPF_LINK_UPDATE; a link that was taken away is made anew; what an interrupted change
 * left is finished. o->maps and o->generation are filled in. 0 or -errno, said; on failure each hook
 * is old or new, and enforces.
 */
int guard_arm(const struct pin *p, const struct compiled *c, const char *cgroup_dir,
	struct kernel_options *o);

/* Removes exactly what we pinned. 0 also when there was nothing. */
int guard_disarm(const struct pin *p);

/* State maps: MAP_COUNT fds for guard_close_maps(). -ENOENT, silent: no fence. */
int guard_maps(const struct pin *p, int maps[MAP_COUNT]);
void guard_close_maps(int maps[MAP_COUNT]);

/* fd of the pinned link of a hook, O_CLOEXEC; -ENOENT, silent: there is none; else -errno, said. */
int guard_link(const struct pin *p, enum hook h);

/* What the kernel holds. */
struct guard_look {
	struct fence_state state;
	bool attached[HOOK_COUNT]; /* pinned, and hanging on a cgroup that is there */
	struct link_seen link[HOOK_COUNT];
};

/* -ENOENT, silent: no fence. */
int guard_look(const struct pin *p, struct guard_look *out);
