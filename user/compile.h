/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy and terms to bit vectors and map entries. Pure: no file, no kernel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/fence.h"

struct policy;
struct terms;
struct resolved;

struct compiled_prefix4 {
	struct fence_prefix4 key;
	struct fence_to to;
};

struct compiled_prefix6 {
	struct fence_prefix6 key;
	struct fence_to to;
};

struct compiled_uid {
	uint32_t uid;
	uint32_t vector;
};

struct compiled_gid {
	uint32_t gid;
	uint32_t number; /* VECTOR_GID + number is its vector */
};

struct compiled_exe {
	struct fence_exe key;
	uint32_t vector;
};

struct compiled_cgroup {
	uint64_t id;
	struct fence_cgroup_class class;
};

/* Everything a program set needs. Owned arrays; entries of one kind are unique by key. */
struct compiled {
	/* policy, host_netns, generation, with_* and tell_all are left to the caller. */
	struct fence_settings settings;
	struct fence_term *term;
	size_t term_n;
	/* VECTOR_FIRST fixed ones, then one per distinct set of terms. */
	struct fence_vector *vector;
	size_t vector_n;
	struct compiled_prefix4 *to4;
	size_t to4_n;
	struct compiled_prefix6 *to6;
	size_t to6_n;
	struct compiled_uid *uid;
	size_t uid_n;
	struct compiled_gid *gid;
	size_t gid_n;
	struct compiled_exe *exe;
	size_t exe_n;
	struct compiled_cgroup *cgroup;
	size_t cgroup_n;
};

struct compile_options {
	int fallback_errno; /* answers `block` where neither rule nor policy says */
	struct fence_relay answer; /* our SMTP responder; ports 0: none runs */
};

/*
 * 0, -ENOMEM, -E2BIG when there are more than FENCE_TERMS terms, FENCE_PORTS ports or FENCE_GIDS groups, -EINVAL when `found` is of
 * other terms. Not said.
 */
int compile_policy(const struct policy *p, const struct terms *t, const struct resolved *found,
	const struct compile_options *o, struct compiled **out);
void compile_free(struct compiled *c);

/* Some term or the default, read without the mode, lets something not pass. */
bool compile_blocks(const struct compiled *c);
