/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A compiled policy into the maps of a program set. */
#pragma once

#include <linux/types.h>

/* Room in fence_vectors behind what the policy needs: for cgroups that come later (living.h). */
#define FILL_SPARE_VECTORS 1024

struct bpf_object;
struct compiled;

/* Before load: as large as the policy needs; *host_netns the namespace we are in. 0 or -errno, said. */
int fill_sizes(struct bpf_object *o, const struct compiled *c, __u64 *host_netns);

/* After load. 0 or -errno, said. */
int fill_maps(struct bpf_object *o, const struct compiled *c);
