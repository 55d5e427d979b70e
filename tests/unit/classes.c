/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Values named by rules get those rules, and those of what they lie in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "classes.h"
#include "vectors.h"

#define OTHER VECTOR_CGROUP_OTHER
#define DEEP 1000

/* Rules 0 to 63 of entry i. */
static uint64_t rules(const struct vectors *v, const struct classes *c, size_t i)
{
	return v->vector[c->entry[i].vector].word[0];
}

static void joins_what_values_lie_in(void **state)
{
	struct classes_pair pair[] = {
		{ { 30, 0 }, 20, 3 }, /* in 20, in 10 */
		{ { 10, 0 }, 0, 1 }, { { 20, 0 }, 10, 2 },
		{ { 30, 0 }, 20, 4 }, /* a second rule for the same value */
		{ { 40, 0 }, 99, 5 }, /* in something that no rule names */
		{ { 10, 1 }, 0, 6 }, /* another value: the key is both words */
	};
	struct classes_input in = { pair, sizeof(pair) / sizeof(*pair), OTHER };
	struct classes c;
	struct vectors v;

	(void)state;
	assert_int_equal(vectors_init(&v), 0);
	vectors_set(&v.vector[OTHER], 0);
	assert_int_equal(classes_find(&in, &v, &c), 0);
	assert_int_equal(c.n, 5);
	assert_int_equal(c.entry[0].key[0], 10);
	assert_int_equal(rules(&v, &c, 0), 1 << 0 | 1 << 1);
	assert_int_equal(c.entry[1].key[1], 1);
	assert_int_equal(rules(&v, &c, 1), 1 << 0 | 1 << 6);
	assert_int_equal(c.entry[2].key[0], 20);
	assert_int_equal(rules(&v, &c, 2), 1 << 0 | 1 << 1 | 1 << 2);
	assert_int_equal(rules(&v, &c, 3), 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4);
	assert_int_equal(rules(&v, &c, 4), 1 << 0 | 1 << 5);
	free(c.entry);
	vectors_free(&v);
}

static void follows_a_deep_chain(void **state)
{
	struct classes_pair *pair = calloc(DEEP, sizeof(*pair));
	struct classes_input in = { pair, DEEP, OTHER };
	struct classes c;
	struct vectors v;

	(void)state;
	assert_non_null(pair);
	for (size_t i = 0; i < DEEP; i++)
		pair[i] = (struct classes_pair){ { DEEP - i, 0 }, DEEP - i - 1, i % 64 };
	assert_int_equal(vectors_init(&v), 0);
	assert_int_equal(classes_find(&in, &v, &c), 0);
	assert_int_equal(c.n, DEEP);
	assert_true(rules(&v, &c, DEEP - 1) == ~0ULL);
	assert_true(rules(&v, &c, 0) == 1ULL << (DEEP - 1) % 64);
	free(c.entry);
	vectors_free(&v);
	free(pair);
}

static void refuses_loops_and_takes_nothing(void **state)
{
	struct classes_pair pair[] = { { { 1, 0 }, 2, 0 }, { { 2, 0 }, 3, 0 }, { { 3, 0 }, 1, 0 } };
	struct classes_input in = { pair, 3, OTHER }, self = { pair, 1, OTHER },
			     none = { NULL, 0, OTHER };
	struct classes c = { NULL, 77 };
	struct vectors v;

	(void)state;
	assert_int_equal(vectors_init(&v), 0);
	assert_int_equal(classes_find(&in, &v, &c), -ELOOP);
	pair[0].parent = pair[0].key[0];
	assert_int_equal(classes_find(&self, &v, &c), -ELOOP);
	assert_null(c.entry);
	assert_int_equal(c.n, 77);
	assert_int_equal(classes_find(&none, &v, &c), 0);
	assert_int_equal(c.n, 0);
	free(c.entry);
	vectors_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_what_values_lie_in),
		cmocka_unit_test(follows_a_deep_chain),
		cmocka_unit_test(refuses_loops_and_takes_nothing),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
