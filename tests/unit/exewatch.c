/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files that take the place of others. */
#include "exewatch.h"

#include <errno.h>

#include "fixture.h"

static struct selectors who[2];
static struct term list[2];
static struct terms terms = { .term = list, .n = 2 };
static struct exewatch *watch;
static char *path[3];
static struct exewatch_change last;
static int changes;

static int changed(const struct exewatch_change *c, void *arg)
{
	last = *c;
	changes++;
	return *(int *)arg;
}

static int look(void)
{
	int answer = 0;

	changes = 0;
	assert_int_equal(exewatch_read(watch, changed, &answer), 0);
	return changes;
}

static int setup(void **state)
{
	(void)state;
	fixture_begin();
	for (int i = 0; i < 3; i++) {
		char name[] = "/bin/x";

		name[5] = 'a' + i;
		fixture_file(name, "one");
		path[i] = strdup(fixture_path(name));
	}
	who[0].by[SELECTOR_EXE] = (struct selectors_list){ path, 2 };
	who[1].by[SELECTOR_EXE] = (struct selectors_list){ path + 1, 2 };
	list[0].part[0] = &who[0];
	list[1].part[0] = &who[1];
	assert_int_equal(exewatch_open(&terms, &watch), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	exewatch_close(watch);
	exewatch_close(NULL);
	for (int i = 0; i < 3; i++)
		free(path[i]);
	fixture_end();
	return 0;
}

static void replaced(void **state)
{
	struct fence_exe before;

	(void)state;
	assert_true(exewatch_needed(watch));
	assert_int_equal(look(), 3); /* the first time all are new */
	assert_int_equal(last.old.ino, 0);
	before = last.fresh;
	assert_int_equal(look(), 0);
	fixture_file("/bin/c.dpkg-new", "two");
	assert_int_equal(rename(fixture_path("/bin/c.dpkg-new"), path[2]), 0);
	assert_int_equal(look(), 1);
	assert_string_equal(last.path, path[2]);
	assert_int_equal(last.old.ino, before.ino);
	assert_int_not_equal(last.fresh.ino, before.ino);
	assert_false(last.shared);
	assert_int_equal(look(), 0);
	fixture_file("/bin/c", "in place"); /* the same file */
	assert_int_equal(look(), 0);
}

static void gone_for_a_while(void **state)
{
	(void)state;
	(void)look();
	assert_int_equal(rename(path[0], fixture_path("/bin/away")), 0);
	assert_int_equal(look(), 0);
	assert_int_equal(rename(fixture_path("/bin/away"), path[0]), 0);
	assert_int_equal(look(), 0); /* the same one */
}

static void one_file_of_two_names(void **state)
{
	(void)state;
	assert_int_equal(unlink(path[1]), 0);
	assert_int_equal(link(path[0], path[1]), 0);
	(void)look();
	fixture_file("/bin/new", "two");
	assert_int_equal(rename(fixture_path("/bin/new"), path[0]), 0);
	assert_int_equal(look(), 1);
	assert_true(last.shared); /* path[1] is the old one still */
}

/* In a directory of its own, through a link. */
static void where_a_link_leads(void **state)
{
	int answer = -ENOSPC;
	char fresh[PATH_MAX];

	(void)state;
	fixture_file("/opt/one", "1");
	assert_int_equal(unlink(path[0]), 0);
	assert_int_equal(symlink(fixture_path("/opt/one"), path[0]), 0);
	(void)look();
	fixture_file("/opt/new", "2");
	strcpy(fresh, fixture_path("/opt/new"));
	assert_int_equal(rename(fresh, fixture_path("/opt/one")), 0);
	assert_int_equal(exewatch_read(watch, changed, &answer), -ENOSPC);
	assert_string_equal(last.path, path[0]);
}

static void no_executables(void **state)
{
	struct terms none = { 0 };
	struct exewatch *w;
	int answer = 0;

	(void)state;
	assert_int_equal(exewatch_open(&none, &w), 0);
	assert_false(exewatch_needed(w));
	assert_int_equal(exewatch_read(w, changed, &answer), 0);
	assert_true(exewatch_fd(w) >= 0);
	exewatch_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(gone_for_a_while, setup, teardown),
		cmocka_unit_test_setup_teardown(one_file_of_two_names, setup, teardown),
		cmocka_unit_test_setup_teardown(where_a_link_leads, setup, teardown),
		cmocka_unit_test(no_executables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
