/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* asker: sudo's word counts for root only, and somebody is always named. */
#include "asker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void is_not(const char *other)
{
	char *name = asker_name();

	assert_non_null(name);
	assert_true(*name);
	assert_string_not_equal(name, other);
	free(name);
}

static void sudo_is_asked_by_root_only(void **state)
{
	pid_t child;
	char *name;
	int status;

	(void)state;
	assert_int_equal(setenv("SUDO_USER", "alice", 1), 0);
	if (geteuid()) {
		is_not("alice");
		return;
	}
	name = asker_name();
	assert_string_equal(name, "alice");
	free(name);
	child = fork();
	if (!child) {
		if (setuid(65534))
			_exit(2);
		name = asker_name();
		status = !name || !strcmp(name, "alice");
		free(name);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void somebody_is_named(void **state)
{
	static char longer[400];

	(void)state;
	assert_int_equal(unsetenv("SUDO_USER"), 0);
	is_not("");
	assert_int_equal(setenv("SUDO_USER", "", 1), 0);
	is_not("");
	memset(longer, 'x', sizeof(longer) - 1);
	assert_int_equal(setenv("SUDO_USER", longer, 1), 0);
	is_not(longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sudo_is_asked_by_root_only),
		cmocka_unit_test(somebody_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
