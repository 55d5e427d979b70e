/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Things are new once, for each owner and kind, until no more are remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "distinct.h"

static bool add(struct distinct *d, uint64_t word, uint32_t owner, uint32_t kind)
{
	struct distinct_thing t = { { word, ~word }, owner, kind };
	bool fresh;

	assert_int_equal(distinct_add(d, &t, &fresh), 0);
	return fresh;
}

static void a_thing_is_new_once(void **state)
{
	struct distinct d = { 0 };

	(void)state;
	assert_true(add(&d, 1, 1, 0));
	assert_false(add(&d, 1, 1, 0));
	assert_true(add(&d, 1, 2, 0));
	assert_true(add(&d, 1, 1, 1));
	assert_true(add(&d, 2, 1, 0));
	distinct_free(&d);
	assert_true(add(&d, 1, 1, 0));
	distinct_free(&d);
}

static void none_is_forgotten_as_it_grows(void **state)
{
	struct distinct d = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(add(&d, i, i & 3, 0));
	for (uint64_t i = 0; i < 5000; i++)
		assert_false(add(&d, i, i & 3, 0));
	distinct_free(&d);
}

static void it_is_bounded(void **state)
{
	struct distinct d = { 0 };
	uint64_t i = 0;

	(void)state;
	for (; i < DISTINCT_MOST; i++)
		assert_true(add(&d, i, 1, 0));
	assert_true(distinct_full(&d));
	assert_false(add(&d, i, 1, 0));
	assert_false(add(&d, 7, 1, 0));
	assert_int_equal(d.used, DISTINCT_MOST);
	distinct_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thing_is_new_once),
		cmocka_unit_test(none_is_forgotten_as_it_grows),
		cmocka_unit_test(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
