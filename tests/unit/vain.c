/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was missed, once and again. */
#include "vain.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void once(void **state)
{
	struct vain v = { 0 };

	(void)state;
	assert_false(vain_news(&v));
	vain_miss(&v, "a", 1);
	assert_true(vain_news(&v));
	vain_miss(&v, "a", 1);
	assert_false(vain_news(&v)); /* the same */
	vain_miss(&v, "a", 1);
	vain_miss(&v, "b", 1);
	assert_true(vain_news(&v));
	assert_false(vain_news(&v)); /* nothing */
	vain_miss(&v, "a", 1);
	assert_true(vain_news(&v)); /* it had been there meanwhile */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
