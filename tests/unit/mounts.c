/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mountinfo as kernels write it, and lines that they do not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mounts.h"

static const char TEXT[] =
	"22 27 0:21 / /proc rw,relatime - proc proc rw\n"
	"36 35 259:1048575 /mnt1 /with\\040blank\\011tab\\134slash rw master:1 shared:9 - ext4 /dev/x rw\n"
	"37 35 0:40 / /dash\\040-\\040proc rw,relatime - cgroup2 cgroup2 rw\n"
	"38 35 0:41 / /bad\\9escape\\04 rw - fuse.a\\040b src rw\n"
	"short line\n"
	"39 35 nodev / /x rw - tmpfs tmpfs rw\n"
	"40 35 0:42 / /x rw without dash\n"
	"41 35 0:43 /../.. /up rw - cgroup2 cgroup2 rw"; /* no newline at the end */

struct seen {
	int n;
	int stop_at;
	struct mounts_entry m[8];
	char root[8][64], dir[8][64], type[8][64];
};

static int keep(const struct mounts_entry *m, void *arg)
{
	struct seen *s = arg;

	assert_true(s->n < 8);
	s->m[s->n] = *m;
	(void)snprintf(s->root[s->n], 64, "%s", m->root);
	(void)snprintf(s->dir[s->n], 64, "%s", m->dir);
	(void)snprintf(s->type[s->n], 64, "%s", m->type);
	return ++s->n == s->stop_at ? 77 : 0;
}

static void write_text(char *path)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, TEXT, sizeof(TEXT) - 1), sizeof(TEXT) - 1);
	assert_int_equal(close(fd), 0);
}

static void reads_what_kernels_write(void **state)
{
	char path[] = "/tmp/mounts.XXXXXX";
	struct seen s = { 0 };

	(void)state;
	write_text(path);
	assert_int_equal(mounts_each(path, keep, &s), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.m[0].id, 22);
	assert_string_equal(s.type[0], "proc");
	assert_int_equal(s.m[1].id, 36);
	assert_int_equal(s.m[1].major, 259);
	assert_int_equal(s.m[1].minor, 1048575);
	assert_string_equal(s.root[1], "/mnt1");
	assert_string_equal(s.dir[1], "/with blank\ttab\\slash");
	assert_string_equal(s.type[1], "ext4");
	assert_string_equal(s.dir[2], "/dash - proc");
	assert_string_equal(s.type[2], "cgroup2");
	assert_string_equal(s.dir[3], "/bad\\9escape\\04");
	assert_string_equal(s.type[3], "fuse.a b");
	assert_string_equal(s.root[4], "/../..");
}

static void stops_when_told(void **state)
{
	char path[] = "/tmp/mounts.XXXXXX";
	struct seen s = { .stop_at = 2 };

	(void)state;
	write_text(path);
	assert_int_equal(mounts_each(path, keep, &s), 77);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(s.n, 2);
}

static void says_what_cannot_be_read(void **state)
{
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(mounts_each("/nonexistent/mountinfo", keep, &s), -ENOENT);
	assert_int_equal(mounts_each("/", keep, &s), -EISDIR);
	assert_int_equal(s.n, 0);
}

static int count(const struct mounts_entry *m, void *arg)
{
	assert_true(m->dir[0] == '/');
	++*(int *)arg;
	return 0;
}

static void reads_this_machine(void **state)
{
	int n = 0;

	(void)state;
	assert_int_equal(mounts_each(NULL, count, &n), 0);
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_kernels_write),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(says_what_cannot_be_read),
		cmocka_unit_test(reads_this_machine),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
