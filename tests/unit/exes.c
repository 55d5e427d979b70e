/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Executables of terms: on this machine, and within another root, where links begin anew. */
#include "exes.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(char *[]){ __VA_ARGS__ }, sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)      \
	}

static bool same(const struct fence_exe *a, const struct fence_exe *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

static void finds_what_all_parts_name(void **state)
{
	struct selectors a = { .by[SELECTOR_EXE] = LIST("/bin/sh", "/proc/self/exe") },
			 none = { 0 }, b = { .by[SELECTOR_EXE] = LIST("/usr/bin/env", "/bin/sh") },
			 gone = { .by[SELECTOR_EXE] = LIST("/bin/sh", "/nonexistent/x") };
	struct term one = { .part = { &none, &a } }, two = { .part = { &a, &none, &b } },
		    missing = { .part = { &a, &gone } }, nothing = { .part = { &none } };
	struct fence_exe shell, self;
	struct exes found = { 0 };
	const char *path = NULL;

	(void)state;
	assert_int_equal(process_exe_key("/bin/sh", &shell), 0);
	assert_int_equal(process_exe_key("/proc/self/exe", &self), 0);
	assert_int_equal(exes_find(&one, &found, &path), 0);
	assert_int_equal(found.n, 2);
	assert_true(same(&found.key[0], &shell) && same(&found.key[1], &self));
	assert_int_equal(exes_find(&two, &found, &path), 0);
	assert_int_equal(found.n, 3);
	assert_true(same(&found.key[2], &shell));
	assert_int_equal(exes_find(&nothing, &found, &path), 0);
	assert_int_equal(exes_find(&missing, &found, &path), -ENOENT);
	assert_string_equal(path, "/nonexistent/x");
	assert_int_equal(found.n, 3);
	free(found.key);
}

static void knows_whose_they_are(void **state)
{
	struct selectors exe = { .by[SELECTOR_EXE] = LIST("/bin/sh") },
			 container = { .by[SELECTOR_CONTAINER] = LIST("shop") };
	struct term one = { .part = { &exe } }, two = { .part = { &exe, &container } },
		    three = { .part = { &container } };

	(void)state;
	assert_false(exes_within(&one));
	assert_true(exes_within(&two));
	assert_false(exes_within(&three));
}

/* A root of its own on a tmpfs of its own, in which /bin/mail is a link to /bin/sh: its own. */
static void within(const char *root, int up)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/bin", root);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("t", root, "tmpfs", 0, NULL) || mkdir(path, 0755) || chroot(root))
		_exit(1);
	f = fopen("/bin/sh", "w");
	if (!f || fclose(f) || symlink("/bin/sh", "/bin/mail") || write(up, "", 1) < 0)
		_exit(1);
	sleep(30);
	_exit(0);
}

static void looks_into_another_root(void **state)
{
	struct selectors exe = { .by[SELECTOR_EXE] = LIST("/bin/mail", "/nonexistent") };
	struct term t = { .part = { &exe } };
	char root[] = "/tmp/exes.XXXXXX", ready;
	struct exes found = { 0 };
	struct fence_exe shell;
	int up[2];
	pid_t pid;

	(void)state;
	if (geteuid())
		skip(); /* only root may make a mount namespace */
	assert_non_null(mkdtemp(root));
	assert_int_equal(pipe2(up, 0), 0);
	pid = fork();
	if (!pid)
		within(root, up[1]);
	close(up[1]);
	assert_int_equal(read(up[0], &ready, 1), 1);
	close(up[0]);
	assert_int_equal(exes_find_in(&t, pid, &found), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(rmdir(root), 0);
	assert_int_equal(found.n, 1);
	assert_int_equal(process_exe_key("/bin/sh", &shell), 0);
	assert_false(same(&found.key[0], &shell));
	assert_true(found.key[0].ino && found.key[0].dev != shell.dev);
	free(found.key);
}

static void finds_a_process_in_a_tree(void **state)
{
	char top[] = "/tmp/exes.XXXXXX", path[64];
	pid_t pid = 0;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/in", top);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(exes_process(top, &pid), -ENOENT);
	snprintf(path, sizeof(path), "%s/in/cgroup.procs", top);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("0\n4711\n4712\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(exes_process(top, &pid), 0);
	assert_int_equal(pid, 4711);
	assert_int_equal(exes_process("/nonexistent", &pid), -ENOENT);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = 0;
	assert_int_equal(rmdir(path) | rmdir(top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_all_parts_name),
		cmocka_unit_test(knows_whose_they_are),
		cmocka_unit_test(looks_into_another_root),
		cmocka_unit_test(finds_a_process_in_a_tree),
	};

	return cmocka_run_group_tests_name("exes", tests, NULL, NULL);
}
