/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Equal sets of terms stand once, however many there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vectors.h"

#define MANY 5000

/* The bits of n spread over the whole set: distinct for distinct n. */
static struct fence_vector spread(size_t n)
{
	struct fence_vector set = { { 0 } };

	for (size_t bit = 0; n >> bit; bit++)
		if (n >> bit & 1)
			vectors_set(&set, bit * 73 % FENCE_TERMS);
	return set;
}

static void keeps_each_set_once(void **state)
{
	struct vectors v;
	uint32_t index[MANY], again;

	(void)state;
	assert_int_equal(vectors_init(&v), 0);
	assert_int_equal(v.n, VECTOR_FIRST);
	for (size_t i = 0; i < MANY; i++) {
		struct fence_vector set = spread(i);

		assert_int_equal(vectors_put(&v, &set, &index[i]), 0);
		assert_int_equal(index[i], VECTOR_FIRST + i);
	}
	for (size_t i = 0; i < MANY; i++) {
		struct fence_vector set = spread(i);

		assert_int_equal(vectors_put(&v, &set, &again), 0);
		assert_int_equal(again, index[i]);
		assert_true(vectors_equal(&v.vector[again], &set));
	}
	assert_int_equal(v.n, VECTOR_FIRST + MANY);
	vectors_free(&v);
	vectors_free(&v);
	vectors_free(NULL);
}

static void fixed_ones_are_not_shared(void **state)
{
	struct fence_vector set = { { 0 } };
	struct vectors v;
	uint32_t index;

	(void)state;
	assert_int_equal(vectors_init(&v), 0);
	assert_true(vectors_equal(&v.vector[VECTOR_TO_OTHER], &set));
	assert_int_equal(vectors_put(&v, &set, &index), 0);
	assert_int_equal(index, VECTOR_FIRST);
	vectors_free(&v);
}

static void term_n_is_bit_n(void **state)
{
	struct fence_vector a = { { 0 } }, b = { { 0 } };

	(void)state;
	vectors_set(&a, 0);
	vectors_set(&a, 63);
	vectors_set(&b, 64);
	vectors_set(&b, FENCE_TERMS - 1);
	assert_true(vectors_has(&a, 63) && vectors_has(&b, FENCE_TERMS - 1));
	assert_false(vectors_has(&a, 64) || vectors_has(&b, 0));
	assert_false(vectors_equal(&a, &b));
	vectors_join(&a, &b);
	assert_true(a.word[0] == (1ULL | 1ULL << 63));
	assert_true(a.word[1] == 1);
	assert_true(a.word[FENCE_WORDS - 1] == 1ULL << 63);
	vectors_drop(&a, &b);
	assert_true(a.word[0] == (1ULL | 1ULL << 63) && !a.word[1] && !a.word[FENCE_WORDS - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_each_set_once),
		cmocka_unit_test(fixed_ones_are_not_shared),
		cmocka_unit_test(term_n_is_bit_n),
	};

	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
