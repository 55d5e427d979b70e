/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Children that change the fence: one at a time, and not too often. */
#include "job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* Ends as `arg` says of the kind. */
static int run(enum job_kind kind, void *arg)
{
	return ((const int *)arg)[kind];
}

static bool ended(struct job *j, enum job_kind *kind)
{
	bool done = false;

	for (int i = 0; i < 1000 && !job_ended(j, kind, &done); i++)
		usleep(10000);
	return done;
}

static void one_at_a_time(void **state)
{
	int fine[JOB_KINDS] = { 0, 0 };
	enum job_kind kind = JOB_RELOAD;
	struct job j = { 0 };

	(void)state;
	assert_true(job_next(&j) == UINT64_MAX);
	assert_int_equal(job_start(&j, 5000, run, fine), 0);
	assert_int_equal(j.child, 0); /* nothing was wanted */
	job_want(&j, JOB_AGAIN);
	assert_true(job_next(&j) == 0);
	assert_int_equal(job_start(&j, 5000, run, fine), 0);
	assert_true(j.child > 0);
	job_want(&j, JOB_AGAIN);
	job_want(&j, JOB_RELOAD);
	assert_true(job_next(&j) == UINT64_MAX);
	assert_int_equal(job_start(&j, 5000, run, fine), 0);
	assert_true(ended(&j, &kind));
	assert_int_equal(kind, JOB_AGAIN);
	assert_true(job_next(&j) == 0); /* a reload waits for nothing */
	assert_int_equal(job_start(&j, 5001, run, fine), 0);
	assert_true(ended(&j, &kind));
	assert_int_equal(kind, JOB_RELOAD);
	assert_true(job_next(&j) == UINT64_MAX); /* it stood for both */
	job_finish(&j);
}

static void further_apart(void **state)
{
	int bad[JOB_KINDS] = { 1, 1 };
	enum job_kind kind;
	struct job j = { 0 };
	uint64_t now = 1000000, wait = JOB_FIRST_MS;

	(void)state;
	job_want(&j, JOB_AGAIN);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(job_start(&j, now, run, bad), 0);
		assert_true(j.child > 0);
		assert_false(ended(&j, &kind));
		assert_true(job_next(&j) == now + wait); /* failed, so it is wanted again */
		assert_int_equal(job_start(&j, now + wait - 1, run, bad), 0);
		assert_int_equal(j.child, 0);
		now += wait;
		wait = wait * 2 < JOB_LAST_MS ? wait * 2 : JOB_LAST_MS;
	}
	assert_true(wait == JOB_LAST_MS);
	now += 2 * JOB_LAST_MS; /* all was quiet */
	assert_int_equal(job_start(&j, now, run, bad), 0);
	job_finish(&j);
	assert_int_equal(j.child, 0);
	assert_true(job_next(&j) == now + JOB_FIRST_MS);
}

static void a_bad_file_is_not_read_again(void **state)
{
	int bad[JOB_KINDS] = { 0, 1 };
	enum job_kind kind;
	struct job j = { 0 };

	(void)state;
	job_want(&j, JOB_RELOAD);
	assert_int_equal(job_start(&j, 0, run, bad), 0);
	assert_false(ended(&j, &kind));
	assert_int_equal(kind, JOB_RELOAD);
	assert_true(job_next(&j) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(further_apart),
		cmocka_unit_test(a_bad_file_is_not_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
