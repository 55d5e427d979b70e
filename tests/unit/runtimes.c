/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of runtimes in a tree of ours: none, the system's, a user's. */
#include "runtimes.h"

#include "fixture.h"

static int begin(void **state)
{
	(void)state;
	fixture_begin();
	fixture_file("/etc/passwd",
		"root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n");
	return 0;
}

static int end(void **state)
{
	(void)state;
	fixture_end();
	return 0;
}

static void each_place(void **state)
{
	(void)state;
	for (int i = 0; runtimes_places[i]; i++) {
		assert_false(runtimes_any(fixture_root));
		fixture_file(runtimes_places[i], "");
		assert_true(runtimes_any(fixture_root));
		assert_int_equal(unlink(fixture_path(runtimes_places[i])), 0);
	}
}

static void users(void **state)
{
	(void)state;
	fixture_file("/root/.local/share/lxc/x", ""); /* root's are the system's */
	assert_false(runtimes_any(fixture_root));
	fixture_file("/home/alice/.local/share/x", "");
	assert_false(runtimes_any(fixture_root));
	fixture_file("/home/alice/.local/share/containers/storage/x", "");
	assert_true(runtimes_any(fixture_root));
	fixture_file("/etc/passwd", "");
	assert_false(runtimes_any(fixture_root)); /* nobody knows her home */
	fixture_file("/run/user/1000/x", "");
	assert_false(runtimes_any(fixture_root));
}

static void nothing_at_all(void **state)
{
	(void)state;
	assert_false(runtimes_any("/nonexistent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_place, begin, end),
		cmocka_unit_test_setup_teardown(users, begin, end),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
