/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The program that lets no other stand beside it on a cgroup. */
#pragma once

#include <limits.h>
#include <linux/types.h>

struct holder {
	__u32 id; /* of the program */
	char name[16]; /* "" unknown */
	char cgroup[PATH_MAX]; /* directory it is attached to; "?" unknown */
};

/*
 * Who refuses an attachment of this type (enum bpf_attach_type) to the cgroup directory `dir`: one
 * without BPF_F_ALLOW_MULTI on this very cgroup, or above it without BPF_F_ALLOW_OVERRIDE too. 0, or
 * -ENOENT: nobody. Not said.
 */
int holder_find(int dir, unsigned type, struct holder *out);
