/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of others: what is read, and what is not. */
#include "statefile.h"

#include <errno.h>

#include "fixture.h"

#define USER 4242

static int setup(void **state)
{
	(void)state;
	fixture_begin();
	fixture_file("/etc/passwd",
		"root:x:0:0::/root:/bin/sh\nalice:x:4242:4242::/home/alice:/bin/sh\n"
		"nowhere:x:4243:4243:::/bin/sh\n");
	fixture_file("/var/lib/x/good.json", "{\"a\":1}");
	fixture_file("/home/alice/good.json", "[1]");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_end();
	return 0;
}

static int reads(uint32_t uid, const char *path)
{
	struct statefile_base b = { .dir = -1 };
	json_t *o = NULL;
	int err;

	assert_int_equal(statefile_base(fixture_root, uid, &b), 0);
	err = statefile_read(&b, path, &o);
	assert_true(!err == (o != NULL));
	json_decref(o);
	statefile_end(&b);
	statefile_end(&b); /* passes */
	return err;
}

static void the_systems(void **state)
{
	(void)state;
	assert_int_equal(reads(0, "/var/lib/x/good.json"), 0);
	assert_int_equal(reads(0, "/var/lib/x/none.json"), -ENOENT);
	assert_int_equal(reads(0, "/var/lib/x"), -EINVAL);
	/* A link on the way is the operator's, and stays under the root; one in the file's place is refused. */
	assert_int_equal(symlink("/var/lib/x", fixture_path("/var/lib/y")), 0);
	assert_int_equal(reads(0, "/var/lib/y/good.json"), 0);
	assert_int_equal(symlink("good.json", fixture_path("/var/lib/x/link.json")), 0);
	assert_int_equal(reads(0, "/var/lib/x/link.json"), -ELOOP);
	assert_int_equal(symlink("/etc", fixture_path("/var/lib/out")), 0);
	assert_int_equal(reads(0, "/var/lib/out/hostname"), -ENOENT);
}

static void a_users(void **state)
{
	struct statefile_base b = { .dir = -1 };

	(void)state;
	assert_int_equal(reads(USER, "good.json"), 0);
	assert_int_equal(reads(USER, "../../var/lib/x/good.json"), -EXDEV);
	assert_int_equal(reads(USER, "/var/lib/x/good.json"), -EXDEV);
	assert_int_equal(symlink("/var/lib/x", fixture_path("/home/alice/x")), 0);
	assert_int_equal(reads(USER, "x/good.json"), -ELOOP);
	assert_int_equal(statefile_base(fixture_root, 4243, &b), -ENOENT);
	assert_int_equal(statefile_base(fixture_root, 4244, &b), -ENOENT);
	assert_int_equal(b.dir, -1);
}

static void no_hostile_ones(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(fixture_path("/var/lib/x/fifo"), 0600), 0);
	assert_int_equal(reads(0, "/var/lib/x/fifo"), -EINVAL);
	fixture_file("/var/lib/x/open.json", "{}");
	assert_int_equal(chmod(fixture_path("/var/lib/x/open.json"), 0666), 0);
	assert_int_equal(reads(0, "/var/lib/x/open.json"), -EPERM);
	fixture_file("/var/lib/x/half.json", "{\"a\":");
	assert_int_equal(reads(0, "/var/lib/x/half.json"), -EBADMSG);
	fixture_file("/var/lib/x/zero.json", "");
	assert_int_equal(reads(0, "/var/lib/x/zero.json"), -EBADMSG);
	fixture_file("/var/lib/x/large.json", "{}");
	assert_int_equal(truncate(fixture_path("/var/lib/x/large.json"), (4 << 20) + 1), 0);
	assert_int_equal(reads(0, "/var/lib/x/large.json"), -EFBIG);
	fixture_file("/home/alice/large.json", "{}");
	assert_int_equal(truncate(fixture_path("/home/alice/large.json"), (256 << 10) + 1), 0);
	assert_int_equal(reads(USER, "large.json"), -EFBIG);
}

static void nested_without_end(void **state)
{
	static char deep[200001];

	(void)state;
	memset(deep, '[', sizeof(deep) - 1);
	fixture_file("/var/lib/x/deep.json", deep);
	assert_int_equal(reads(0, "/var/lib/x/deep.json"), -EBADMSG);
}

static void lists_and_asks(void **state)
{
	struct statefile_base b;
	DIR *d;

	(void)state;
	assert_int_equal(statefile_base(fixture_root, 0, &b), 0);
	d = statefile_list(&b, "/var/lib");
	assert_non_null(d);
	closedir(d);
	assert_null(statefile_list(&b, "/var/lib/x/good.json"));
	assert_null(statefile_list(&b, "/none"));
	assert_true(statefile_is(&b, "/var/lib/x/good.json"));
	assert_false(statefile_is(&b, "/var/lib/x/none"));
	statefile_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_systems, setup, teardown),
		cmocka_unit_test_setup_teardown(a_users, setup, teardown),
		cmocka_unit_test_setup_teardown(no_hostile_ones, setup, teardown),
		cmocka_unit_test_setup_teardown(nested_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(lists_and_asks, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
