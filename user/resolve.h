/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names in a policy's rules to what the kernel calls them on this machine. */
#pragma once

#include "compile.h"
#include "policy.h"

/*
 * Finds the executables and cgroups (paths, globs, units) that the rules name, below the v2 mount
 * `cgroup_mount` (cgroup_mount()). An executable that is not there is refused with the rule's line;
 * a cgroup or unit that is not there now is warned about (it matches after the next `up`). A unit
 * is a directory of that name at any depth; but one below a service or scope, which may be in other
 * hands (a user's own systemd, a container's), earns no allow. A rule with `cgroup:` and `unit:`
 * needs both, each of the directory or of one above it. 0 or -errno, said. Free with
 * resolve_free(), which takes NULL.
 */
int resolve_policy(const struct policy *p, const char *cgroup_mount, struct resolved **out);
void resolve_free(struct resolved *r);
