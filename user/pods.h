/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of containerd (with nerdctl) and CRI-O say of one container. */
#pragma once

struct container;
struct statefile_base;

/*
 * Fill `out` but for its id. 0, -ENOENT when no file tells of it, else -errno. Not said. What they gave
 * stays in `out`, also on failure.
 */
int pods_containerd(const struct statefile_base *b, const char *id, struct container *out);
int pods_crio(const struct statefile_base *b, const char *id, struct container *out);
