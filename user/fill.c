/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fill.h"

#include <errno.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
	size_t spare; /* room for entries that come while the policy lives */
	bool indexed;
};

#define TABLES 8
#define OWN_LEAST 1024 /* addresses that there is room for */
#define SPARE_CGROUPS 131072
#define SPARE_EXES 256 /* for files that take the place of others */
#define BATCH 4096 /* entries that one system call writes */
#define NO_BATCH 524 /* ENOTSUPP, the kernel's own: this kind of map has none */

static void tables(const struct compiled *c, struct table t[TABLES])
{
	const bool asked = c->settings.has_cgroup || c->settings.has_limit;
	const size_t vectors = asked ? FILL_SPARE_VECTORS : 0;
	const size_t cgroups = asked ? SPARE_CGROUPS : 0;
	const size_t exes = c->settings.has_exe ? SPARE_EXES : 0;
	const struct table all[TABLES] = {
		{ "fence_terms", c->term, c->term_n, sizeof(*c->term), 0, 0, true },
		{ "fence_vectors", c->vector, c->vector_n, sizeof(*c->vector), 0, vectors, true },
		{ "fence_to4", c->to4, c->to4_n, sizeof(*c->to4),
			offsetof(struct compiled_prefix4, to), 0, false },
		{ "fence_to6", c->to6, c->to6_n, sizeof(*c->to6),
			offsetof(struct compiled_prefix6, to), 0, false },
		{ "fence_uids", c->uid, c->uid_n, sizeof(*c->uid),
			offsetof(struct compiled_uid, vector), 0, false },
		{ "fence_gids", c->gid, c->gid_n, sizeof(*c->gid),
			offsetof(struct compiled_gid, number), 0, false },
		{ "fence_exes", c->exe, c->exe_n, sizeof(*c->exe),
			offsetof(struct compiled_exe, vector), exes, false },
		{ "fence_cgroups", c->cgroup, c->cgroup_n, sizeof(*c->cgroup),
			offsetof(struct compiled_cgroup, class), cgroups, false },
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
			bpf_object__find_map_by_name(o, t[i].name), t[i].n + t[i].spare ?: 1);
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

/* Keys and values of a part of a table, each kind in a row of its own, as a batch wants them. */
struct batch {
	char *key, *value;
	__u32 key_size, value_size;
};

static int batch_of(struct bpf_object *o, const struct table *t, struct batch *out)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(o, t->name);
	struct batch b = { .key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map) };

	b.key = calloc(BATCH, b.key_size);
	b.value = calloc(BATCH, b.value_size);
	if (!b.key || !b.value) {
		free(b.key);
		free(b.value);
		return -ENOMEM;
	}
	*out = b;
	return 0;
}

static void gather(const struct batch *b, const struct table *t, __u32 from, __u32 n)
{
	for (__u32 i = 0; i < n; i++) {
		const char *entry = (const char *)t->entry + (size_t)(from + i) * t->stride;
		const __u32 index = from + i;

		memcpy(b->key + (size_t)i * b->key_size, t->indexed ? (const void *)&index : entry,
			b->key_size);
		memcpy(b->value + (size_t)i * b->value_size, entry + t->value, b->value_size);
	}
}

/* 0, or -errno. `alone`: one by one; set when the kernel has no batch for this kind of map. */
static int write_batch(int fd, const struct batch *b, __u32 n, bool *alone)
{
	__u32 done = n;

	if (!*alone && !bpf_map_update_batch(fd, b->key, b->value, &done, NULL))
		return 0;
	if (!*alone && errno != NO_BATCH && errno != EINVAL)
		return -errno;
	*alone = true; /* what a batch wrote before it failed is written again */
	for (__u32 i = 0; i < n; i++)
		if (bpf_map_update_elem(fd, b->key + (size_t)i * b->key_size,
			    b->value + (size_t)i * b->value_size, BPF_ANY))
			return -errno;
	return 0;
}

static int write_table(int fd, const struct batch *b, const struct table *t)
{
	bool alone = false;
	int err = 0;

	for (size_t at = 0; !err && at < t->n; at += BATCH) {
		__u32 n = t->n - at < BATCH ? t->n - at : BATCH;

		gather(b, t, at, n);
		err = write_batch(fd, b, n, &alone);
	}
	return err;
}

static int fill_table(struct bpf_object *o, const struct table *t)
{
	int fd = bpf_object__find_map_fd_by_name(o, t->name), err;
	struct batch b;

	if (!t->n)
		return 0;
	err = batch_of(o, t, &b);
	if (err)
		return fail(err, "fill map %s", t->name);
	err = write_table(fd, &b, t);
	free(b.key);
	free(b.value);
	return err ? fail(err, "fill map %s", t->name) : 0;
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
