/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What waits for its outcome is a copy of its own, comes out once, and is bounded. */
#include "held.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "attempts.h"

static struct held *held(void)
{
	struct held *h = NULL;

	assert_int_equal(held_init(&h), 0);
	return h;
}

static void done(struct attempt *a)
{
	attempt_clear(a);
	free(a);
}

static void a_copy_waits(void **state)
{
	struct held *h = held();
	struct attempt a = sample_attempt(), *out;
	struct subject *s = a.subject;

	(void)state;
	assert_int_equal(held_put(h, &a), 0);
	assert_int_equal(s->users, 2);
	assert_int_equal(held_put(h, &a), -EEXIST);
	assert_int_equal(s->users, 2);
	assert_int_equal(held_count(h), 1);
	attempt_clear(&a);
	assert_null(held_take(h, 1));
	out = held_take(h, FENCE_RECORD_ID(1, 9));
	assert_non_null(out);
	assert_ptr_equal(out->subject, s);
	assert_int_equal(s->users, 1);
	assert_string_equal(out->cgroup, "/user.slice/smtpfence-4700");
	assert_int_equal(out->k.dport, 25);
	assert_int_equal(held_count(h), 0);
	assert_null(held_take(h, FENCE_RECORD_ID(1, 9)));
	done(out);
	held_free(h);
}

static void unknown_subject_and_cgroup_wait_too(void **state)
{
	struct held *h = held();
	struct attempt a = sample_unknown(), *out;

	(void)state;
	assert_int_equal(held_put(h, &a), 0);
	out = held_take(h, a.k.id);
	assert_non_null(out);
	assert_null(out->subject);
	assert_null(out->cgroup);
	done(out);
	held_free(h);
}

static void any_takes_each_once(void **state)
{
	struct held *h = held();
	struct attempt *out;
	bool seen[100] = { false };

	(void)state;
	assert_null(held_take_any(h));
	for (int i = 0; i < 100; i++) {
		struct attempt a = { .k.id = FENCE_RECORD_ID(i % 7, i * 37 % 100) };

		assert_int_equal(held_put(h, &a), 0);
	}
	while ((out = held_take_any(h))) {
		size_t n = out->k.id & 0xffff;

		assert_true(n < 100 && !seen[n]);
		seen[n] = true;
		done(out);
	}
	for (int i = 0; i < 100; i++)
		assert_true(seen[i]);
	assert_int_equal(held_count(h), 0);
	held_free(h);
}

static void no_more_than_most(void **state)
{
	struct held *h = held();
	struct attempt a = { .k.id = 1 };

	(void)state;
	for (; a.k.id <= HELD_MOST; a.k.id++)
		assert_int_equal(held_put(h, &a), 0);
	assert_int_equal(held_put(h, &a), -ENOSPC);
	assert_int_equal(held_count(h), HELD_MOST);
	done(held_take(h, 77));
	assert_int_equal(held_put(h, &a), 0);
	held_free(h); /* what waits goes with it */
	held_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_waits),
		cmocka_unit_test(unknown_subject_and_cgroup_wait_too),
		cmocka_unit_test(any_takes_each_once),
		cmocka_unit_test(no_more_than_most),
	};

	return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
