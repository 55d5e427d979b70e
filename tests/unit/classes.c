/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Values named by terms get those terms; of several lists those that are in all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "classes.h"
#include "terms.h"
#include "vectors.h"

#define OTHER VECTOR_UID_OTHER

/* Terms 0 to 63 of entry i. */
static uint64_t terms(const struct vectors *v, const struct classes *c, size_t i)
{
	return v->vector[c->entry[i].vector].word[0];
}

static void joins_what_names_a_value(void **state)
{
	struct classes_pair pair[] = { { { 30, 0 }, 3 }, { { 10, 0 }, 1 }, { { 20, 0 }, 2 },
		{ { 30, 0 }, 4 }, { { 10, 1 }, 6 }, /* another value: the key is both words */
		{ { 30, 0 }, 3 } };
	struct classes_input in = { pair, sizeof(pair) / sizeof(*pair), OTHER };
	struct classes c;
	struct vectors v;

	(void)state;
	assert_int_equal(vectors_init(&v), 0);
	vectors_set(&v.vector[OTHER], 0);
	assert_int_equal(classes_find(&in, &v, &c), 0);
	assert_int_equal(c.n, 4);
	assert_int_equal(c.entry[0].key[0], 10);
	assert_int_equal(terms(&v, &c, 0), 1 << 0 | 1 << 1);
	assert_int_equal(c.entry[1].key[1], 1);
	assert_int_equal(terms(&v, &c, 1), 1 << 0 | 1 << 6);
	assert_int_equal(terms(&v, &c, 2), 1 << 0 | 1 << 2);
	assert_int_equal(c.entry[3].key[0], 30);
	assert_int_equal(terms(&v, &c, 3), 1 << 0 | 1 << 3 | 1 << 4);
	free(c.entry);
	in = (struct classes_input){ NULL, 0, OTHER };
	assert_int_equal(classes_find(&in, &v, &c), 0);
	assert_int_equal(c.n, 0);
	free(c.entry);
	vectors_free(&v);
}

#define NUMBERS(...)                                                                               \
	{                                                                                          \
		.n = sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)                        \
	}

/* Rule and tenant: who is in both lists; a part without a list asks nothing. */
static void takes_what_all_parts_name(void **state)
{
	uint32_t a[] = { 7, 8, 9 }, b[] = { 9, 7, 5 };
	struct selectors one = { .by[SELECTOR_USER] = NUMBERS(1, 2, 3), .uid = a },
			 two = { .by[SELECTOR_USER] = NUMBERS(1, 2, 3), .uid = b }, none = { 0 },
			 group = { .by[SELECTOR_GROUP] = NUMBERS(1), .gid = a };
	struct term term[] = { { .part = { &none } }, { .part = { &one, &none } },
		{ .part = { &none, &one, &two } }, { .part = { &group } } };
	struct terms t = { .term = term, .n = 4 };
	struct classes_pair *pair;
	size_t n;

	(void)state;
	assert_int_equal(classes_numbers(&t, SELECTOR_USER, &pair, &n), 0);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < 3; i++)
		assert_true(pair[i].term == 1 && pair[i].key[0] == a[i]);
	assert_true(pair[3].term == 2 && pair[3].key[0] == 7);
	assert_true(pair[4].term == 2 && pair[4].key[0] == 9);
	free(pair);
	assert_int_equal(classes_numbers(&t, SELECTOR_GROUP, &pair, &n), 0);
	assert_int_equal(n, 1);
	assert_true(pair[0].term == 3 && pair[0].key[0] == 7);
	free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_what_names_a_value),
		cmocka_unit_test(takes_what_all_parts_name),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
