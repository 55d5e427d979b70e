/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tree of plain directories that changes. */
#include "dirwatch.h"

#include <errno.h>

#include "fixture.h"

#define NEWS 4096

struct seen {
	char text[NEWS]; /* "+/a -/a " */
	uint64_t next;
	int lost;
};

static uint64_t made(const char *path, void *arg)
{
	struct seen *s = arg;
	size_t n = strlen(s->text);

	snprintf(s->text + n, NEWS - n, "+%s ", path);
	return ++s->next;
}

static void gone(const char *path, uint64_t number, void *arg)
{
	struct seen *s = arg;
	size_t n = strlen(s->text);

	assert_true(number > 0 && number <= s->next);
	snprintf(s->text + n, NEWS - n, "-%s%d ", path, (int)number);
}

static void lost(void *arg)
{
	((struct seen *)arg)->lost++;
}

static struct seen seen;
static struct dirwatch *watch;

static void tree(const char *const *dirs)
{
	for (; *dirs; dirs++)
		assert_int_equal(mkdir(fixture_path(*dirs), 0755), 0);
}

static void told(const char *what)
{
	seen.text[0] = 0;
	assert_int_equal(dirwatch_read(watch), 0);
	assert_string_equal(seen.text, what);
}

static int setup(void **state)
{
	const struct dirwatch_handler on = { made, gone, lost, &seen };

	(void)state;
	fixture_begin();
	tree((const char *const[]){ "/a", "/a/b", NULL });
	seen = (struct seen){ 0 };
	assert_int_equal(dirwatch_open(fixture_root, &on, &watch), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dirwatch_close(watch);
	dirwatch_close(NULL);
	fixture_end();
	return 0;
}

static void what_is_there(void **state)
{
	(void)state;
	assert_string_equal(seen.text, "+/ +/a +/a/b ");
	told("");
	fixture_file("/a/file", "");
	told(""); /* no directory */
}

static void comes_and_goes(void **state)
{
	(void)state;
	tree((const char *const[]){ "/a/b/c", NULL });
	told("+/a/b/c ");
	assert_int_equal(rmdir(fixture_path("/a/b/c")), 0);
	told("-/a/b/c4 ");
	tree((const char *const[]){ "/a/b/c", NULL }); /* the same name, another one */
	told("+/a/b/c ");
	tree((const char *const[]){ "/d", "/d/e", "/d/e/f", NULL }); /* before it was watched */
	told("+/d +/d/e +/d/e/f ");
	tree((const char *const[]){ "/d/e/g", NULL });
	told("+/d/e/g ");
	assert_int_equal(rmdir(fixture_path("/d/e/g")), 0);
	assert_int_equal(rmdir(fixture_path("/d/e/f")), 0);
	assert_int_equal(rmdir(fixture_path("/d/e")), 0);
	told("-/d/e/g9 -/d/e/f8 -/d/e7 ");
}

static void gone_before_it_was_seen(void **state)
{
	(void)state;
	tree((const char *const[]){ "/x", NULL });
	assert_int_equal(rmdir(fixture_path("/x")), 0);
	told("");
	tree((const char *const[]){ "/y", NULL });
	assert_int_equal(rmdir(fixture_path("/y")), 0);
	tree((const char *const[]){ "/y", NULL });
	told("+/y -/y4 +/y "); /* its second life, told with the first one's end */
	assert_int_equal(rmdir(fixture_path("/y")), 0);
	told("-/y5 ");
}

static void too_much(void **state)
{
	char name[32], path[PATH_MAX];
	int n = 0;
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "re");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &n), 1);
	fclose(f);
	if (n > 100000)
		skip();
	for (int i = 0; i <= n / 2; i++) { /* two events each */
		snprintf(name, sizeof(name), "/a/%d", i);
		strcpy(path, fixture_path(name));
		assert_int_equal(mkdir(path, 0755), 0);
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(dirwatch_read(watch), 0);
	assert_true(seen.lost > 0);
}

static void nothing_there(void **state)
{
	const struct dirwatch_handler on = { made, gone, lost, &seen };
	struct dirwatch *w = NULL;

	(void)state;
	assert_int_equal(dirwatch_open("/nonexistent", &on, &w), -ENOENT);
	assert_null(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(gone_before_it_was_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much, setup, teardown),
		cmocka_unit_test(nothing_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
