/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who holds a lock, and until when. */
#include "said.h"

#include "latch.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "fixture.h"

/* In another process: fcntl()'s locks do not hold against one's own. */
static int take_elsewhere(const char *state, bool silent)
{
	pid_t child = fork();
	int status, fd;

	if (!child) {
		if (silent)
			say_to(NULL);
		_exit(-latch_take(state, "x.lock", &fd));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

/* By another process's word, 0: nobody. */
static pid_t held_elsewhere(const char *state)
{
	pid_t child = fork(), pid = 0;
	int status, err;

	if (!child) {
		err = latch_holder(state, "x.lock", &pid);
		_exit(err == -ENOENT ? 1 : err || pid != getppid());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) ? 0 : getpid();
}

static void one_at_a_time(void **state)
{
	char dir[PATH_MAX];
	int fd = -1;

	(void)state;
	fixture_begin();
	strcpy(dir, fixture_path("/a/b"));
	assert_int_equal(latch_take(dir, "x.lock", &fd), 0); /* b is made */
	assert_int_equal(take_elsewhere(dir, true), -EBUSY);
	assert_int_equal(held_elsewhere(dir), getpid());
	assert_int_equal(close(fd), 0);
	assert_int_equal(take_elsewhere(dir, false), 0);
	assert_int_equal(held_elsewhere(dir), 0);
	assert_int_equal(latch_take(dir, "y.lock", &fd), 0); /* another lock */
	assert_int_equal(close(fd), 0);
	fixture_end();
}

static void no_safe_place(void **state)
{
	char dir[PATH_MAX];
	int fd = -1;

	(void)state;
	fixture_begin();
	strcpy(dir, fixture_path("/a"));
	assert_int_equal(mkdir(dir, 0777), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	said_begin();
	assert_int_not_equal(latch_take(dir, "x.lock", &fd), 0);
	said_end("smtpfence: ...");
	assert_int_equal(fd, -1);
	fixture_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(no_safe_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
