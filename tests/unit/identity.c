/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* identity: what /proc says of us is who we are; what a term asks is met by that alone. */
#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "process.h"

static void we_are_who_we_are(void **state)
{
	struct fence_exe key = {};
	struct identity i = {};

	(void)state;
	assert_int_equal(identity_read(getpid(), true, &i), 0);
	assert_int_equal(i.uid, getuid());
	assert_int_equal(i.euid, geteuid());
	assert_int_equal(i.gid[0], getgid());
	assert_int_equal(i.gid[1], getegid());
	assert_int_equal(i.gid_n, 2 + getgroups(0, NULL));
	assert_int_equal(process_exe_key("/proc/self/exe", &key), 0);
	assert_int_equal(i.key.ino, key.ino);
	assert_int_equal(i.key.dev, key.dev);
	assert_string_equal(strrchr(i.exe, '/'), "/identity");
	identity_clear(&i);
	assert_int_equal(identity_read(getpid(), false, &i), 0);
	assert_int_equal(i.key.ino, 0);
	identity_clear(&i);
	identity_clear(&i);
}

/* More groups than any line that somebody would have thought enough. */
static void many_groups(void **state)
{
	static gid_t groups[5000];
	struct identity i = {};
	int status = 0;
	pid_t child;

	(void)state;
	if (geteuid())
		skip(); /* only root takes groups on */
	child = fork();
	if (!child) {
		for (int g = 0; g < 5000; g++)
			groups[g] = 1000000000 + g;
		if (setgroups(5000, groups) || identity_read(getpid(), false, &i))
			_exit(1);
		status = i.gid_n != 5002 || i.gid[5001] != 1000004999;
		identity_clear(&i);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void who_is_gone(void **state)
{
	struct identity i = {};
	pid_t child = fork();

	(void)state;
	if (!child)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(identity_read(child, true, &i), -ENOENT);
	assert_null(i.gid);
}

/* Lists of one term; NULL leaves that out. */
static bool met(const struct identity *i, uint8_t action, uint32_t *uid, uint32_t *gid)
{
	char *none[] = { "x" };
	struct order order = { .action = action };
	struct selectors s = { .uid = uid, .gid = gid };
	struct term t = { .part = { &s }, .order = &order };
	struct exes e = {};

	s.by[SELECTOR_USER] = (struct selectors_list){ none, !!uid };
	s.by[SELECTOR_GROUP] = (struct selectors_list){ none, !!gid };
	return identity_is(i, &t, &e);
}

static void users_and_groups(void **state)
{
	uint32_t gids[] = { 5, 5, 70 }, real = 1, effective = 2, other = 3, group = 70;
	struct identity i = { .uid = 1, .euid = 2, .gid = gids, .gid_n = 3 };

	(void)state;
	assert_true(met(&i, ACTION_ALLOW, NULL, NULL));
	assert_false(met(&i, ACTION_ALLOW, &real, NULL)); /* an allow wants both */
	assert_false(met(&i, ACTION_LIMIT, &effective, NULL));
	assert_true(met(&i, ACTION_BLOCK, &real, NULL)); /* a block either */
	assert_true(met(&i, ACTION_DROP, &effective, NULL));
	assert_false(met(&i, ACTION_BLOCK, &other, NULL));
	i.euid = 1;
	assert_true(met(&i, ACTION_ALLOW, &real, NULL));
	assert_true(met(&i, ACTION_ALLOW, &real, &group));
	assert_false(met(&i, ACTION_BLOCK, &real, &other));
	assert_false(met(&i, ACTION_BLOCK, &other, &group));
}

static void executables(void **state)
{
	struct fence_exe keys[] = { { 1, 10 }, { 1, 11 } };
	char *paths[] = { "/usr/bin/x" };
	struct order order = { .action = ACTION_ALLOW };
	struct selectors s = { .by[SELECTOR_EXE] = { paths, 1 } };
	struct term t = { .part = { &s }, .order = &order };
	struct exes e = { keys, 2 };
	struct identity i = { .exe = "/usr/bin/x", .key = { 1, 11 } };

	(void)state;
	assert_true(identity_is(&i, &t, &e));
	i.key.dev = 2;
	assert_false(identity_is(&i, &t, &e)); /* of that name, and another file */
	i.key = (struct fence_exe){};
	keys[0] = i.key;
	assert_false(identity_is(&i, &t, &e)); /* unknown is nobody */
	s.by[SELECTOR_CONTAINER] = (struct selectors_list){ paths, 1 };
	assert_true(identity_is(&i, &t, &e)); /* in a container its path there counts */
	i.exe = "/usr/bin/y";
	assert_false(identity_is(&i, &t, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(we_are_who_we_are),
		cmocka_unit_test(many_groups),
		cmocka_unit_test(who_is_gone),
		cmocka_unit_test(users_and_groups),
		cmocka_unit_test(executables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
