/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fill.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "compile.h"
#include "say.h"
#include "scope.h"

/* One policy map: entries of `stride` bytes, key first, value at an offset; arrays go by index. */
struct table {
	const char *name;
	const void *entry;
	size_t n, stride, value;
	bool indexed;
};

#define TABLES 7
#define OWN_LEAST 1024 /* addresses that there is room for */

static void tables(const struct compiled *c, struct table t[TABLES])
{
	const struct table all[TABLES] = {
		{ "fence_rules", c->rule, c->rule_n, sizeof(*c->rule), 0, true },
		{ "fence_vectors", c->vector, c->vector_n, sizeof(*c->vector), 0, true },
		{ "fence_to4", c->to4, c->to4_n, sizeof(*c->to4),
			offsetof(struct compiled_prefix4, vector), false },
		{ "fence_to6", c->to6, c->to6_n, sizeof(*c->to6),
			offsetof(struct compiled_prefix6, vector), false },
		{ "fence_uids", c->uid, c->uid_n, sizeof(*c->uid),
			offsetof(struct compiled_uid, vector), false },
		{ "fence_exes", c->exe, c->exe_n, sizeof(*c->exe),
			offsetof(struct compiled_exe, vector), false },
		{ "fence_cgroups", c->cgroup, c->cgroup_n, sizeof(*c->cgroup),
			offsetof(struct compiled_cgroup, class), false },
	};

	for (int i = 0; i < TABLES; i++)
		t[i] = all[i];
}

/* Twice what there is now: more may come before the map is filled. */
static int size_own(struct bpf_object *o)
{
	uint8_t(*address)[16];
	size_t n;
	int err = scope_addresses(&address, &n);

	if (err)
		return err;
	free(address);
	err = bpf_map__set_max_entries(bpf_object__find_map_by_name(o, "fence_own"),
		n > OWN_LEAST / 2 ? 2 * n : OWN_LEAST);
	return err ? fail(err, "size map fence_own") : 0;
}

int fill_sizes(struct bpf_object *o, const struct compiled *c, __u64 *host_netns)
{
	struct table t[TABLES];
	uint64_t cookie;
	int err;

	tables(c, t);
	for (int i = 0; i < TABLES; i++) {
		err = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(o, t[i].name), t[i].n ? t[i].n : 1);
		if (err)
			return fail(err, "size map %s", t[i].name);
	}
	err = size_own(o);
	if (!err)
		err = scope_netns(&cookie);
	if (!err)
		*host_netns = cookie;
	return err;
}

static int fill_table(struct bpf_object *o, const struct table *t)
{
	int fd = bpf_object__find_map_fd_by_name(o, t->name);
	const char *entry = t->entry;

	for (__u32 i = 0; i < t->n; i++, entry += t->stride)
		if (bpf_map_update_elem(
			    fd, t->indexed ? (const void *)&i : entry, entry + t->value, BPF_ANY))
			return fail(-errno, "fill map %s", t->name);
	return 0;
}

static int fill_own(struct bpf_object *o)
{
	int fd = bpf_object__find_map_fd_by_name(o, "fence_own");
	uint8_t(*address)[16] = NULL, one = 1;
	size_t n = 0;
	int err = scope_addresses(&address, &n);

	for (size_t i = 0; !err && i < n; i++)
		if (bpf_map_update_elem(fd, address[i], &one, BPF_ANY))
			err = fail(-errno, "fill map fence_own");
	free(address);
	return err;
}

/* The keys that are no cgroup stand from the start, so that the hooks never have to make room. */
static int fill_pseudo(struct bpf_object *o)
{
	static const __u64 keys[] = { FENCE_CGROUP_OVERFLOW, FENCE_CGROUP_NONE };
	int fd = bpf_object__find_map_fd_by_name(o, "fence_cgtotals");
	struct fence_cgroup_totals zero = {};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (bpf_map_update_elem(fd, &keys[i], &zero, BPF_NOEXIST) && errno != EEXIST)
			return fail(-errno, "fill map fence_cgtotals");
	return 0;
}

int fill_maps(struct bpf_object *o, const struct compiled *c)
{
	struct table t[TABLES];
	int err;

	tables(c, t);
	for (int i = 0; i < TABLES; i++) {
		err = fill_table(o, &t[i]);
		if (err)
			return err;
	}
	err = fill_own(o);
	return err ?: fill_pseudo(o);
}
