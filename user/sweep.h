/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes out of fence_limits what no limit needs any more, so that there is room for those that do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fence_term;

struct sweep {
	int limits; /* fd of MAP_LIMITS */
	const struct fence_term *term; /* those in force; only such with a limit matter */
	size_t n;
	const char *mount; /* of the cgroup tree */
	bool others; /* nobody changes the terms meanwhile: limits of none of them go too */
};

/*
 * Windows of cgroups that are gone, and such as ended longer ago than they last. Hooks may count meanwhile: what they
 * let through is never forgotten, at worst a window is full early. 0 or -errno, not said.
 */
int sweep_limits(const struct sweep *s);

/* The windows of one cgroup, which is gone. 0 or -errno, not said. */
int sweep_cgroup(const struct sweep *s, uint64_t id);
