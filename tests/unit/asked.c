/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A state directory in which things change. */
#include "said.h"

#include "asked.h"

#include <errno.h>

#include "fixture.h"

static void what_counts(void **state)
{
	char fresh[PATH_MAX];
	int fd;

	(void)state;
	fixture_begin();
	fd = asked_open(fixture_root);
	assert_true(fd >= 0);
	assert_false(asked_changed(fd));
	fixture_file("/.asked.json", "{}");
	assert_false(asked_changed(fd)); /* not yet */
	strcpy(fresh, fixture_path("/.asked.json"));
	assert_int_equal(rename(fresh, fixture_path("/asked.json")), 0);
	assert_true(asked_changed(fd));
	assert_false(asked_changed(fd));
	fixture_file("/other.json", "{}");
	assert_int_equal(unlink(fixture_path("/other.json")), 0);
	assert_false(asked_changed(fd));
	assert_int_equal(unlink(fixture_path("/asked.json")), 0);
	assert_true(asked_changed(fd));
	assert_int_equal(close(fd), 0);
	fixture_end();
}

static void no_directory(void **state)
{
	(void)state;
	said_begin();
	assert_int_equal(asked_open("/nonexistent"), -ENOENT);
	said_end("smtpfence: watch /nonexistent: No such file or directory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_counts),
		cmocka_unit_test(no_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
