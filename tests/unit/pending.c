/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who waits for how long. */
#include "pending.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char asked[256];

/* Answers what `arg` points to; 1 from id 100 on. */
static int due(uint64_t id, const char *path, void *arg)
{
	size_t n = strlen(asked);

	snprintf(asked + n, sizeof(asked) - n, "%u%s ", (unsigned)id, path);
	return id >= 100 ? 1 : *(int *)arg;
}

static const char *ask(struct pending *p, uint64_t now)
{
	int go_on = 0;

	asked[0] = 0;
	assert_int_equal(pending_each(p, now, due, &go_on), 0);
	return asked;
}

static void longer_each_time(void **state)
{
	struct pending *p;
	uint64_t now = 1000, wait = PENDING_FIRST_MS;

	(void)state;
	assert_int_equal(pending_open(&p), 0);
	assert_true(pending_next(p) == UINT64_MAX);
	assert_int_equal(pending_add(p, 7, "/a", now), 0);
	for (int i = 0; i < 16; i++) {
		assert_true(pending_next(p) == now + wait);
		assert_string_equal(ask(p, now + wait - 1), "");
		now += wait;
		assert_string_equal(ask(p, now), "7/a ");
		wait = wait * 2 < PENDING_LAST_MS ? wait * 2 : PENDING_LAST_MS;
	}
	assert_true(wait == PENDING_LAST_MS);
	assert_int_equal(pending_add(p, 7, "/a", now), 0); /* waits already */
	assert_true(pending_next(p) == now + PENDING_LAST_MS);
	pending_drop(p, 7);
	pending_drop(p, 7);
	assert_true(pending_next(p) == UINT64_MAX);
	pending_close(p);
	pending_close(NULL);
}

static void answers(void **state)
{
	struct pending *p;
	int stop = -EIO;

	(void)state;
	assert_int_equal(pending_open(&p), 0);
	assert_int_equal(pending_add(p, 100, "/x", 0), 0);
	assert_int_equal(pending_add(p, 1, "/y", 0), 0);
	assert_int_equal(pending_add(p, 101, "/z", 0), 0);
	assert_string_equal(ask(p, 1000), "101/z 1/y 100/x ");
	assert_string_equal(ask(p, 100000), "1/y ");
	assert_int_equal(pending_each(p, 1000000, due, &stop), -EIO);
	pending_close(p);
}

static void at_most(void **state)
{
	struct pending *p;

	(void)state;
	assert_int_equal(pending_open(&p), 0);
	for (uint64_t i = 0; i < PENDING_MOST; i++)
		assert_int_equal(pending_add(p, i, "/a", 0), 0);
	assert_int_equal(pending_add(p, PENDING_MOST, "/a", 0), -E2BIG);
	pending_drop(p, 3);
	assert_int_equal(pending_add(p, PENDING_MOST, "/a", 0), 0);
	pending_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longer_each_time),
		cmocka_unit_test(answers),
		cmocka_unit_test(at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
