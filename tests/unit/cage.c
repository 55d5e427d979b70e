/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A cage lets in who was announced, lists who is in it, and leaves nothing. */
#include "cage.h"

#include <errno.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#include "cgroup.h"
#include "invoker.h"
#include "plan.h"
#include "policy.h"

static const struct invoker us = { .change = false };
static char *const command[] = { "true", NULL };

static struct policy *policy(void)
{
	struct policy *p = NULL;

	assert_int_equal(
		plan_policy(&(struct plan){ .profile = "gcp", .command = command }, -1, &p), 0);
	return p;
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test is cut short */
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Opens one for that child; skips where the kernel lets nobody. */
static struct cage *open_for(pid_t pid, pid_t parent, uid_t uid)
{
	const struct cage_held held = { pid, parent, uid };
	struct policy *p = policy();
	struct cage *c = NULL;
	int err = cage_open(p, &held, &us, &c);

	policy_free(p);
	if (err == -EPERM || err == -EACCES || err == -EROFS || err == -ENODEV) {
		end(pid);
		skip(); /* needs root and a cgroup v2 tree */
	}
	assert_int_equal(err, 0);
	return c;
}

static void holds_and_lists(void **state)
{
	pid_t pid = sleeper();
	struct cage *c = open_for(pid, getpid(), getuid());
	char text[128], wanted[128], dir[256];

	(void)state;
	assert_int_equal(cgroup_populated(cage_dir(c)), 0);
	assert_int_equal(cage_list(c, text, sizeof(text)), 0);
	assert_int_equal(cage_enter(c), 0);
	assert_int_equal(cgroup_populated(cage_dir(c)), 1);
	assert_int_equal(cage_list(c, text, sizeof(text)), 1);
	snprintf(wanted, sizeof(wanted), "cage (%d)", (int)pid);
	assert_string_equal(text, wanted);
	snprintf(dir, sizeof(dir), "%s", cage_dir(c));
	end(pid);
	cage_close(c);
	assert_int_equal(access(dir, F_OK), -1);
	cage_close(NULL);
}

static void lets_in_nobody_else(void **state)
{
	pid_t pid = sleeper();
	struct cage *c = open_for(pid, 1, getuid());

	(void)state;
	assert_int_equal(cage_enter(c), -EPERM); /* another's child */
	assert_int_equal(cgroup_populated(cage_dir(c)), 0);
	cage_close(c);
	c = open_for(pid, getpid(), getuid() + 1);
	assert_int_equal(cage_enter(c), -EPERM); /* another user's */
	cage_close(c);
	c = open_for(pid, getpid(), getuid());
	end(pid);
	assert_true(cage_enter(c) < 0); /* gone */
	cage_close(c);
}

static void two_at_once_and_what_was_left(void **state)
{
	pid_t pid = sleeper(), dead;
	struct cage *a = open_for(pid, getpid(), getuid()), *b;
	char left[256], *end_of_parent;

	(void)state;
	snprintf(left, sizeof(left), "%s", cage_dir(a));
	end_of_parent = strrchr(left, '/');
	dead = sleeper();
	end(dead);
	snprintf(end_of_parent, sizeof(left) - (size_t)(end_of_parent - left),
		"/smtpfence-run-%d-1", (int)dead);
	assert_int_equal(mkdir(left, 0755), 0);
	b = open_for(pid, getpid(), getuid());
	assert_string_not_equal(cage_dir(a), cage_dir(b));
	assert_int_equal(access(cage_dir(a), F_OK), 0); /* ours, though empty */
	assert_int_equal(access(left, F_OK), -1); /* of a run that was killed */
	cage_close(a);
	cage_close(b);
	end(pid);
}

static int prepare(void **state)
{
	(void)state;
	say_to(NULL);
	return setenv("SMTPFENCE_DATA", "data", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_and_lists),
		cmocka_unit_test(lets_in_nobody_else),
		cmocka_unit_test(two_at_once_and_what_was_left),
	};

	return cmocka_run_group_tests_name("cage", tests, prepare, NULL);
}
