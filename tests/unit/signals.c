/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Signals that we send to ourselves. */
#include "signals.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static void one_after_the_other(void **state)
{
	int fd = signals_open();

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(signals_take(fd), 0);
	assert_int_equal(raise(SIGHUP), 0);
	assert_int_equal(signals_take(fd), SIGHUP);
	assert_int_equal(raise(SIGTERM), 0); /* does not end us */
	assert_int_equal(signals_take(fd), SIGTERM);
	assert_int_equal(signals_take(fd), 0);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(one_after_the_other) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
