/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A crowd knows a process by its number, start and exec, counts references, and forgets the oldest. */
#include "crowd.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "attempts.h"

static struct subject *subject(uint64_t start, uint32_t tgid, uint32_t exec)
{
	struct subject *s = SAMPLE_SUBJECT("/bin/x", "x\0");

	s->head.start_ns = start;
	s->head.tgid = tgid;
	s->head.exec_id = exec;
	return s;
}

static struct subject *find(const struct crowd *c, uint64_t start, uint32_t tgid, uint32_t exec)
{
	const struct fence_attempt a = { .start_ns = start, .tgid = tgid, .exec_id = exec };

	return crowd_find(c, &a);
}

static struct crowd *crowd(void)
{
	struct crowd *c = NULL;

	assert_int_equal(crowd_init(&c), 0);
	return c;
}

static void all_of_the_key_counts(void **state)
{
	struct crowd *c = crowd();
	struct subject *s = subject(1ULL << 40, 7, 1), *other = subject(1ULL << 40, 7, 2), *found;

	(void)state;
	assert_int_equal(crowd_put(c, s), 0);
	assert_int_equal(crowd_put(c, other), 0);
	found = find(c, 1ULL << 40, 7, 1);
	assert_ptr_equal(found, s);
	assert_int_equal(s->users, 2);
	subject_drop(found);
	found = find(c, 1ULL << 40, 7, 2);
	assert_ptr_equal(found, other);
	subject_drop(found);
	assert_null(find(c, 1ULL << 40, 8, 1));
	assert_null(find(c, 1ULL << 40, 7, 3));
	assert_null(find(c, (1ULL << 40) + 1, 7, 1));
	assert_null(find(c, 0, 7, 1)); /* not by the low half of a number */
	crowd_free(c);
}

static void the_first_telling_stands(void **state)
{
	struct crowd *c = crowd();
	struct subject *s = subject(5, 6, 7), *again = subject(5, 6, 7), *found;

	(void)state;
	assert_int_equal(crowd_put(c, s), 0);
	subject_hold(again);
	assert_int_equal(crowd_put(c, again), 0);
	assert_int_equal(again->users, 1); /* the crowd's reference is gone */
	subject_drop(again);
	found = find(c, 5, 6, 7);
	assert_ptr_equal(found, s);
	crowd_free(c);
	assert_int_equal(s->users, 1); /* ours outlives it */
	subject_drop(found);
}

static void the_oldest_goes_when_it_is_full(void **state)
{
	struct crowd *c = crowd();
	struct subject *found;

	(void)state;
	for (uint32_t i = 0; i < CROWD_MOST; i++)
		assert_int_equal(crowd_put(c, subject(100 + i, i, 0)), 0);
	assert_int_equal(crowd_put(c, subject(101, 1, 0)), 0); /* known: nobody has to go */
	found = find(c, 100, 0, 0);
	assert_non_null(found);
	subject_drop(found);
	assert_int_equal(crowd_put(c, subject(9, 9, 9)), 0);
	assert_null(find(c, 100, 0, 0));
	for (uint32_t i = 1; i < CROWD_MOST; i += CROWD_MOST / 4) {
		found = find(c, 100 + i, i, 0);
		assert_non_null(found);
		subject_drop(found);
	}
	for (uint32_t i = 0; i < CROWD_MOST; i++)
		assert_int_equal(crowd_put(c, subject(1, i, 1)), 0);
	assert_null(find(c, 9, 9, 9));
	crowd_free(c);
}

static void nothing_passes(void **state)
{
	struct crowd *c = crowd();

	(void)state;
	assert_null(find(c, 1, 1, 1));
	crowd_free(c);
	crowd_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_the_key_counts),
		cmocka_unit_test(the_first_telling_stands),
		cmocka_unit_test(the_oldest_goes_when_it_is_full),
		cmocka_unit_test(nothing_passes),
	};

	return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
