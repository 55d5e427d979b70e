/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What goes and what stays, and hooks that count in the very moment in which it goes. */
#include <stdbool.h>
#include <time.h>

#include <bpf/bpf.h>

#include "cgroup.h" /* before its cgroup_path() is replaced */

static int fake_next(int fd, const void *key, void *next);
static int fake_get(int fd, const void *key, void *value, __u64 flags);
static int fake_take(int fd, const void *key, void *value, __u64 flags);
static int fake_put(int fd, const void *key, const void *value, __u64 flags);
static int fake_delete(int fd, const void *key);
static int path_of(const char *mount, uint64_t id, char **path);
static int fake_clock(clockid_t clock, struct timespec *t);

#define bpf_map_get_next_key fake_next
#define bpf_map_lookup_elem_flags fake_get
#define bpf_map_lookup_and_delete_elem_flags fake_take
#define bpf_map_update_elem fake_put
#define bpf_map_delete_elem fake_delete
#define cgroup_path path_of
#define clock_gettime fake_clock
#include "user/sweep.c"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MOST 8
#define HOUR 3600000000000ULL
#define NOW (100 * HOUR)
#define GONE_ID 99 /* the only cgroup that is not there any more */

static struct {
	struct {
		bool used;
		struct fence_limit_key key;
		struct fence_limit value;
	} at[MOST];
	void (*before_take)(void); /* a hook, at that moment; once */
	void (*after_take)(void);
} map;

static struct fence_term terms[] = { { .number = 1 }, { .limit = 7, .window_ns = HOUR } };
static const struct sweep sweep = {
	.limits = 5, .term = terms, .n = 2, .mount = "/", .others = true
};

static int fake_clock(clockid_t clock, struct timespec *t)
{
	assert_int_equal(clock, CLOCK_BOOTTIME);
	*t = (struct timespec){ .tv_sec = NOW / 1000000000 };
	return 0;
}

static int find(const void *key)
{
	for (int i = 0; i < MOST; i++)
		if (map.at[i].used && !memcmp(&map.at[i].key, key, sizeof(map.at[i].key)))
			return i;
	return -1;
}

static int missing(void)
{
	errno = ENOENT;
	return -1;
}

static int fake_next(int fd, const void *key, void *next)
{
	int i = key ? find(key) : -1; /* of one that is gone: from the first one on */

	assert_int_equal(fd, sweep.limits);
	for (i++; i < MOST && !map.at[i].used; i++)
		;
	if (i == MOST)
		return missing();
	memcpy(next, &map.at[i].key, sizeof(map.at[i].key));
	return 0;
}

static int fake_get(int fd, const void *key, void *value, __u64 flags)
{
	int i = find(key);

	(void)fd;
	assert_int_equal(flags, BPF_F_LOCK);
	if (i < 0)
		return missing();
	memcpy(value, &map.at[i].value, sizeof(map.at[i].value));
	return 0;
}

static int fake_delete(int fd, const void *key)
{
	int i = find(key);

	(void)fd;
	if (i < 0)
		return missing();
	map.at[i].used = false;
	return 0;
}

static void once(void (**hook)(void))
{
	void (*call)(void) = *hook;

	*hook = NULL;
	if (call)
		call();
}

static int fake_take(int fd, const void *key, void *value, __u64 flags)
{
	int err;

	once(&map.before_take);
	err = fake_get(fd, key, value, flags) ?: fake_delete(fd, key);
	once(&map.after_take);
	return err;
}

static int fake_put(int fd, const void *key, const void *value, __u64 flags)
{
	int i = find(key);

	(void)fd;
	assert_int_equal(flags & BPF_F_LOCK, i < 0 || flags == BPF_NOEXIST ? 0 : BPF_F_LOCK);
	if (i >= 0 && flags & BPF_NOEXIST) {
		errno = EEXIST;
		return -1;
	}
	for (int k = 0; i < 0 && k < MOST; k++)
		if (!map.at[k].used)
			i = k;
	assert_true(i >= 0);
	map.at[i].used = true;
	memcpy(&map.at[i].key, key, sizeof(map.at[i].key));
	memcpy(&map.at[i].value, value, sizeof(map.at[i].value));
	return 0;
}

static int path_of(const char *mount, uint64_t id, char **path)
{
	assert_string_equal(mount, "/");
	if (id == GONE_ID)
		return -ESTALE;
	*path = strdup("/x");
	return 0;
}

static void window(uint64_t limit, uint64_t cgroup, uint64_t ago, uint32_t used)
{
	const struct fence_limit_key key = { limit, cgroup };
	const struct fence_limit value = { .used = used, .start_ns = NOW - ago };
	int i = find(&key);

	for (int k = 0; i < 0 && k < MOST; k++)
		if (!map.at[k].used)
			i = k;
	assert_true(i >= 0);
	map.at[i].used = true;
	map.at[i].key = key;
	map.at[i].value = value;
}

static const struct fence_limit *there(uint64_t limit, uint64_t cgroup)
{
	const struct fence_limit_key key = { limit, cgroup };
	int i = find(&key);

	return i < 0 ? NULL : &map.at[i].value;
}

static int reset(void **state)
{
	(void)state;
	memset(&map, 0, sizeof(map));
	return 0;
}

static void keeps_what_is_needed(void **state)
{
	(void)state;
	window(7, 1, 0, 1);
	window(7, 2, HOUR - 1, 2);
	window(7, 3, 2 * HOUR, 3); /* over, but perhaps not for a hook on its way */
	window(7, FENCE_CGROUP_NONE, HOUR, 4);
	window(7, 4, NOW, 0); /* just made: nothing is counted in it yet */
	assert_int_equal(sweep_limits(&sweep), 0);
	for (uint64_t id = 1; id <= 4; id++)
		assert_non_null(there(7, id));
	assert_non_null(there(7, FENCE_CGROUP_NONE));
}

static void takes_out_what_is_not(void **state)
{
	struct sweep careful = sweep;

	(void)state;
	careful.others = false;
	window(7, 1, 2 * HOUR + 1, 1);
	window(7, GONE_ID, 1, 1);
	window(8, 1, 1, 1); /* of no term in force */
	window(7, 2, 1, 1);
	assert_int_equal(sweep_limits(&careful), 0);
	assert_true(!there(7, 1) && !there(7, GONE_ID) && there(8, 1) && there(7, 2));
	assert_int_equal(sweep_limits(&sweep), 0);
	assert_true(!there(8, 1) && there(7, 2));
	window(7, GONE_ID, 1, 1);
	assert_int_equal(sweep_cgroup(&careful, GONE_ID), 0);
	assert_true(!there(7, GONE_ID) && there(7, 2));
	assert_int_equal(sweep_cgroup(&careful, GONE_ID), 0); /* it has none */
}

static void full_to_the_brim(void **state)
{
	(void)state;
	for (uint64_t id = 1; id <= MOST; id++)
		window(7, id, 3 * HOUR, 3);
	assert_int_equal(sweep_limits(&sweep), 0);
	for (uint64_t id = 1; id <= MOST; id++)
		assert_null(there(7, id));
}

static void opens_anew(void)
{
	window(7, 1, 0, 2);
}

static void opens_another(void)
{
	window(7, 1, 1, 1);
}

static void forgets_nothing_that_hooks_count(void **state)
{
	(void)state;
	/* The hook comes before it is gone. */
	window(7, 1, 3 * HOUR, 3);
	map.before_take = opens_anew;
	assert_int_equal(sweep_limits(&sweep), 0);
	assert_non_null(there(7, 1));
	assert_int_equal(there(7, 1)->used, 2);
	assert_true(there(7, 1)->start_ns == NOW);
	/* One before, and another behind: how many both were is not known. */
	window(7, 1, 3 * HOUR, 3);
	map.before_take = opens_anew;
	map.after_take = opens_another;
	assert_int_equal(sweep_limits(&sweep), 0);
	assert_non_null(there(7, 1));
	assert_true(there(7, 1)->used == UINT32_MAX &&
		    there(7, 1)->targets == FENCE_LIMIT_TARGETS &&
		    there(7, 1)->start_ns == NOW - 1);
	/* Only behind: a window of its own. */
	window(7, 1, 3 * HOUR, 3);
	map.after_take = opens_another;
	assert_int_equal(sweep_limits(&sweep), 0);
	assert_non_null(there(7, 1));
	assert_int_equal(there(7, 1)->used, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keeps_what_is_needed, reset),
		cmocka_unit_test_setup(takes_out_what_is_not, reset),
		cmocka_unit_test_setup(full_to_the_brim, reset),
		cmocka_unit_test_setup(forgets_nothing_that_hooks_count, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
