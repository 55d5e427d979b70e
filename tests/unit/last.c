/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The last run's record: made beside the old one, put in its place, never through a link. */
#include "last.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "invoker.h"

static char dir[] = "/tmp/unit-last-XXXXXX";
static char record[128], fresh[160];
static const struct invoker us = { .change = false, .home = "/nonexistent" };

static int prepare(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(record, sizeof(record), "%s/smtpfence/last.jsonl", dir);
	snprintf(fresh, sizeof(fresh), "%s.%d", record, (int)getpid());
	return setenv("XDG_STATE_HOME", dir, 1);
}

static int clear(void **state)
{
	char below[128];

	(void)state;
	unlink(record);
	snprintf(below, sizeof(below), "%s/smtpfence", dir);
	rmdir(below);
	return rmdir(dir);
}

static void write_record(const char *text, int commit)
{
	struct last *l = NULL;

	assert_int_equal(last_begin(&us, &l), 0);
	assert_int_equal(write(last_fd(l), text, strlen(text)), (ssize_t)strlen(text));
	if (commit)
		assert_int_equal(last_commit(l), 0);
	last_close(l);
	assert_int_equal(access(fresh, F_OK), -1);
}

static void holds(const char *wanted)
{
	char text[32] = "";
	FILE *f = fopen(record, "re");

	assert_non_null(f);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, f), strlen(wanted));
	assert_string_equal(text, wanted);
	fclose(f);
}

static void paths(void **state)
{
	struct invoker he = { .change = true, .home = "/home/he" };
	char *path = NULL;

	(void)state;
	assert_int_equal(last_path(&us, &path), 0);
	assert_string_equal(path, record);
	free(path);
	assert_int_equal(last_path(&he, &path), 0); /* XDG_STATE_HOME is not his */
	assert_string_equal(path, "/home/he/.local/state/smtpfence/last.jsonl");
	free(path);
	he.home = NULL;
	assert_int_equal(last_path(&he, &path), -ENOENT);
	he.home = "relative";
	assert_int_equal(last_path(&he, &path), -ENOENT);
}

static void replaces_when_committed(void **state)
{
	struct stat st;

	(void)state;
	write_record("one\n", 1);
	holds("one\n");
	write_record("two\n", 0);
	holds("one\n");
	write_record("three\n", 1);
	holds("three\n");
	assert_int_equal(stat(record, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void follows_no_link(void **state)
{
	char victim[64];
	FILE *f;

	(void)state;
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	f = fopen(victim, "we");
	assert_non_null(f);
	fclose(f);
	unlink(record);
	assert_int_equal(symlink(victim, fresh), 0);
	assert_int_equal(symlink(victim, record), 0);
	write_record("four\n", 1);
	holds("four\n");
	f = fopen(victim, "re");
	assert_int_equal(fgetc(f), EOF);
	fclose(f);
	unlink(victim);
}

static void does_without(void **state)
{
	struct last *l = NULL;

	(void)state;
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	assert_true(last_begin(&us, &l) < 0);
	assert_null(l);
	assert_int_equal(last_fd(NULL), -1);
	assert_int_equal(last_commit(NULL), 0);
	last_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(replaces_when_committed),
		cmocka_unit_test(follows_no_link),
		cmocka_unit_test(does_without),
	};

	return cmocka_run_group_tests_name("last", tests, prepare, clear);
}
