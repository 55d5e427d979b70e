/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A walk refuses whatever others could exchange, and says which component it was. */
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "said.h"

#define STRANGER 65533

static char top[64]; /* in /tmp, which is sticky */

static char *in(char to[PATH_MAX], const char *name)
{
	snprintf(to, PATH_MAX, "%s/%s", top, name);
	return to;
}

static int make_top(void **state)
{
	(void)state;
	strcpy(top, "/tmp/walk.XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static int clear_top(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)chmod(in(path, "a"), 0700);
	(void)unlink(in(path, "a"));
	(void)rmdir(in(path, "b"));
	(void)rmdir(in(path, "a/b/c"));
	(void)rmdir(in(path, "a/b"));
	(void)rmdir(in(path, "a"));
	return rmdir(top);
}

/* Walks to `name` below the top; asserts what came and what was said about component `at`. */
static void refused(const char *name, int err, const char *at, const char *why)
{
	char path[PATH_MAX], text[PATH_MAX + 256];

	snprintf(text, sizeof(text), "smtpfence: %s%s%s%s\n", err == -ENOTDIR ? "open " : "", top,
		at, why);
	said_begin();
	assert_int_equal(walk_open(in(path, name), true), err);
	said_end(text);
}

static void makes_what_is_missing_for_us_alone(void **state)
{
	char path[PATH_MAX];
	struct stat st, seen;
	int fd;

	(void)state;
	said_begin();
	assert_int_equal(walk_open(in(path, "a/b/c"), false), -ENOENT);
	said_end(NULL);
	assert_int_equal(lstat(in(path, "a"), &st), -1);
	said_begin();
	fd = walk_open(in(path, "a//b/c/"), true);
	said_end(NULL);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstat(fd, &seen), 0);
	assert_int_equal(lstat(in(path, "a/b/c"), &st), 0);
	assert_int_equal(st.st_ino, seen.st_ino);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(fd);
	fd = walk_open(in(path, "a/b/c"), false);
	assert_true(fd >= 0);
	close(fd);
}

static void a_link_is_not_followed(void **state)
{
	char path[PATH_MAX], why[80];

	(void)state;
	assert_int_equal(mkdir(in(path, "b"), 0700), 0);
	assert_int_equal(symlink("b", in(path, "a")), 0);
	snprintf(why, sizeof(why), " is a symbolic link of user %u: not followed",
		(unsigned)geteuid());
	refused("a", -EPERM, "/a", why);
	refused("a/c", -EPERM, "/a", why);
	assert_int_equal(access(in(path, "b/c"), F_OK), -1);
	assert_int_equal(unlink(in(path, "a")), 0);
	assert_int_equal(symlink("gone", in(path, "a")), 0);
	refused("a", -EPERM, "/a", why);
}

static void what_is_no_directory_is_not_waited_for(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(mkfifo(in(path, "a"), 0600), 0);
	refused("a", -ENOTDIR, "/a", ": Not a directory");
	refused("a/b", -ENOTDIR, "/a", ": Not a directory");
}

static void what_others_may_write_is_refused(void **state)
{
	static const struct {
		mode_t mode;
		bool way, last; /* good as a component, as the last one */
		const char *octal;
	} t[] = {
		{ 0700, true, true, "" },
		{ 0755, true, true, "" },
		{ 0770, false, false, "0770" },
		{ 0702, false, false, "0702" },
		{ 02770, false, false, "2770" },
		{ 01777, true, false, "1777" }, /* they can come first there, not exchange */
		{ 01770, true, false, "1770" },
	};
	char path[PATH_MAX], why[80];
	int fd;

	(void)state;
	assert_int_equal(mkdir(in(path, "a"), 0700), 0);
	assert_int_equal(mkdir(in(path, "a/b"), 0700), 0);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_int_equal(chmod(in(path, "a"), t[i].mode), 0);
		snprintf(why, sizeof(why), " may be written by others (mode %s): not used",
			t[i].octal);
		for (int last = 0; last < 2; last++) {
			if (!(last ? t[i].last : t[i].way)) {
				refused(last ? "a" : "a/b", -EPERM, "/a", why);
				continue;
			}
			fd = walk_open(in(path, last ? "a" : "a/b"), false);
			assert_true(fd >= 0);
			close(fd);
		}
	}
}

static void what_belongs_to_others_is_refused(void **state)
{
	static const char why[] = " belongs to user 65533, not to root: not used";
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(mkdir(in(path, "a"), 0700), 0);
	if (chown(in(path, "a"), STRANGER, STRANGER))
		skip(); /* only root can give it away */
	refused("a", -EPERM, "/a", why);
	refused("a/b", -EPERM, "/a", why);
	assert_int_equal(access(in(path, "a/b"), F_OK), -1);
}

static void one_step_is_a_last_one(void **state)
{
	char path[PATH_MAX], text[PATH_MAX];
	int dir = walk_open(top, false), fd;

	(void)state;
	assert_true(dir >= 0);
	assert_int_equal(walk_step(dir, "a", in(path, "a"), false), -ENOENT);
	fd = walk_step(dir, "a", path, true);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(chmod(path, 01777), 0);
	snprintf(text, sizeof(text),
		"smtpfence: %.200s may be written by others (mode 1777): not used\n", path);
	said_begin();
	assert_int_equal(walk_step(dir, "a", path, true), -EPERM);
	said_end(text);
	close(dir);
}

static void only_absolute_paths(void **state)
{
	char *path = malloc(PATH_MAX + 1);

	(void)state;
	said_begin();
	assert_int_equal(walk_open("tmp", true), -EINVAL);
	assert_int_equal(walk_open("", true), -EINVAL);
	memset(path, '/', PATH_MAX);
	path[PATH_MAX] = '\0';
	assert_int_equal(walk_open(path, true), -EINVAL);
	said_end("smtpfence: tmp is no absolute path\n...");
	free(path);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_top, clear_top)
	const struct CMUnitTest tests[] = {
		CASE(makes_what_is_missing_for_us_alone),
		CASE(a_link_is_not_followed),
		CASE(what_is_no_directory_is_not_waited_for),
		CASE(what_others_may_write_is_refused),
		CASE(what_belongs_to_others_is_refused),
		CASE(one_step_is_a_last_one),
		cmocka_unit_test(only_absolute_paths),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
