/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct policy to bit vectors and map entries. Pure: no file, no kernel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/fence.h"

struct policy;

/* What the machine says a rule's names are; found by the caller, in any order. */
struct resolved_exe {
	size_t rule;
	struct fence_exe key;
};

struct resolved_cgroup {
	size_t rule;
	uint64_t id;
	uint64_t parent; /* id of the nearest ancestor that is in the list too, 0 none */
};

struct resolved {
	struct resolved_exe *exe;
	size_t exe_n;
	struct resolved_cgroup *cgroup; /* one entry per rule and cgroup */
	size_t cgroup_n;
};

struct compiled_prefix4 {
	struct fence_prefix4 key;
	uint32_t vector;
};

struct compiled_prefix6 {
	struct fence_prefix6 key;
	uint32_t vector;
};

struct compiled_uid {
	uint32_t uid;
	uint32_t vector;
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
	struct fence_rule *rule;
	size_t rule_n;
	/* VECTOR_FIRST fixed ones, then one per distinct set of rules. */
	struct fence_vector *vector;
	size_t vector_n;
	struct compiled_prefix4 *to4;
	size_t to4_n;
	struct compiled_prefix6 *to6;
	size_t to6_n;
	struct compiled_uid *uid;
	size_t uid_n;
	struct compiled_exe *exe;
	size_t exe_n;
	struct compiled_cgroup *cgroup;
	size_t cgroup_n;
};

/*
 * `fallback_errno` answers `block` where neither rule nor policy says. 0, -ENOMEM, -E2BIG when the
 * policy has more than FENCE_RULES rules or FENCE_PORTS ports, -EINVAL when `found` is of another
 * policy, -ELOOP when its cgroups lie in each other. Not said.
 */
int compile_policy(const struct policy *p, const struct resolved *found, int fallback_errno,
	struct compiled **out);
void compile_free(struct compiled *c);

/* Some rule or the default, read without the mode, denies something. */
bool compile_blocks(const struct compiled *c);
