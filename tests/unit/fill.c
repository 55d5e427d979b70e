/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries reach a map in batches, or one by one where its kind takes none; each once, in its place. */
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf.h>

static int fake_batch(int fd, const void *keys, const void *values, __u32 *n,
	const struct bpf_map_batch_opts *opts);
static int fake_elem(int fd, const void *key, const void *value, __u64 flags);

#define bpf_map_update_batch fake_batch
#define bpf_map_update_elem fake_elem
#include "user/fill.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST 10000

/* A map of numbers to numbers. */
static struct {
	int batch_errno; /* what a batch fails with; 0: it works */
	int elem_errno;
	unsigned batches, elems;
	uint32_t value[MOST];
} map;

static void put(const void *key, const void *value)
{
	uint32_t k, v;

	memcpy(&k, key, sizeof(k));
	memcpy(&v, value, sizeof(v));
	assert_true(k < MOST);
	map.value[k] = v;
}

static int fake_batch(int fd, const void *keys, const void *values, __u32 *n,
	const struct bpf_map_batch_opts *opts)
{
	assert_int_equal(fd, 7);
	assert_null(opts);
	map.batches++;
	errno = map.batch_errno;
	if (map.batch_errno)
		return -map.batch_errno;
	for (__u32 i = 0; i < *n; i++)
		put((const char *)keys + 4 * i, (const char *)values + 4 * i);
	return 0;
}

static int fake_elem(int fd, const void *key, const void *value, __u64 flags)
{
	assert_int_equal(fd, 7);
	assert_int_equal(flags, BPF_ANY);
	map.elems++;
	errno = map.elem_errno;
	if (map.elem_errno)
		return -map.elem_errno;
	put(key, value);
	return 0;
}

static int write_all(const struct table *t)
{
	struct batch b = { calloc(BATCH, 4), calloc(BATCH, 4), 4, 4 };
	int err = write_table(7, &b, t);

	free(b.key);
	free(b.value);
	return err;
}

/* MOST - 1 entries, which are no multiple of a batch. */
static void fill_with(struct compiled_uid *e, struct table *t, bool indexed)
{
	for (uint32_t i = 0; i < MOST; i++)
		e[i] = (struct compiled_uid){ i, i ^ 0x5a5a };
	*t = (struct table){ "unit", e, MOST - 1, sizeof(*e), offsetof(struct compiled_uid, vector),
		0, indexed };
}

static void holds_all(void)
{
	for (uint32_t i = 0; i < MOST - 1; i++)
		assert_int_equal(map.value[i], i ^ 0x5a5a);
	assert_int_equal(map.value[MOST - 1], 0);
}

static void in_batches(void **state)
{
	static struct compiled_uid e[MOST];
	struct table t;

	(void)state;
	for (int indexed = 0; indexed < 2; indexed++) {
		memset(&map, 0, sizeof(map));
		fill_with(e, &t, indexed);
		assert_int_equal(write_all(&t), 0);
		holds_all();
		assert_int_equal(map.batches, 3);
		assert_int_equal(map.elems, 0);
	}
}

static void one_by_one_where_there_are_none(void **state)
{
	static const int refusals[] = { NO_BATCH, EINVAL };
	static struct compiled_uid e[MOST];
	struct table t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		memset(&map, 0, sizeof(map));
		map.batch_errno = refusals[i];
		fill_with(e, &t, false);
		assert_int_equal(write_all(&t), 0);
		holds_all();
		assert_int_equal(map.batches, 1); /* asked once */
		assert_int_equal(map.elems, MOST - 1);
	}
}

static void a_failure_is_one(void **state)
{
	static struct compiled_uid e[MOST];
	struct table t;

	(void)state;
	memset(&map, 0, sizeof(map));
	map.batch_errno = ENOMEM;
	fill_with(e, &t, false);
	assert_int_equal(write_all(&t), -ENOMEM);
	assert_int_equal(map.batches, 1);
	assert_int_equal(map.elems, 0);
	map.batch_errno = NO_BATCH;
	map.elem_errno = E2BIG;
	assert_int_equal(write_all(&t), -E2BIG);
	assert_int_equal(map.elems, 1);
}

static void there_is_room_for_what_comes(void **state)
{
	struct compiled c = { .vector_n = VECTOR_FIRST + 5, .cgroup_n = 9 };
	struct table t[TABLES];

	(void)state;
	for (int late = 0; late < 2; late++) {
		c.settings.has_cgroup = late;
		tables(&c, t);
		for (int i = 0; i < TABLES; i++) {
			size_t spare = 0;

			if (!strcmp(t[i].name, "fence_vectors"))
				spare = late ? 1024 : 0;
			if (!strcmp(t[i].name, "fence_cgroups"))
				spare = late ? 131072 : 0;
			assert_int_equal(t[i].spare, spare);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_batches),
		cmocka_unit_test(one_by_one_where_there_are_none),
		cmocka_unit_test(a_failure_is_one),
		cmocka_unit_test(there_is_room_for_what_comes),
	};

	return cmocka_run_group_tests_name("fill", tests, NULL, NULL);
}
