/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A command waits at the gate, goes, ends, and its signals come through. */
#include "launch.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "invoker.h"

static const struct invoker nobody_else = { .change = false };

static struct launch *hold(char *const argv[])
{
	struct launch *l = NULL;

	assert_int_equal(launch_hold(argv, &nobody_else, &l), 0);
	return l;
}

static int finish(struct launch *l)
{
	struct pollfd p = { .fd = launch_fd(l), .events = POLLIN };
	int status = -1;

	while (!launch_poll(l, &status)) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		(void)launch_signal(l);
	}
	return launch_exit_status(status);
}

static int run(char *const argv[])
{
	struct launch *l = hold(argv);
	int status;

	assert_int_equal(launch_go(l), 0);
	status = finish(l);
	launch_close(l);
	return status;
}

static void ends_as_the_command(void **state)
{
	(void)state;
	assert_int_equal(run((char *[]){ "true", NULL }), 0);
	assert_int_equal(run((char *[]){ "sh", "-c", "exit 77", NULL }), 77);
	assert_int_equal(run((char *[]){ "sh", "-c", "kill -KILL $$", NULL }), 128 + SIGKILL);
	assert_int_equal(run((char *[]){ "sh", "-c", "kill -TERM $$", NULL }), 128 + SIGTERM);
}

static void cannot_execute(void **state)
{
	static const struct {
		char *name;
		int err;
	} cases[] = { { "/nonexistent/x", -ENOENT }, { "no-such-command-here", -ENOENT },
		{ "/etc/passwd", -EACCES }, { "/tmp", -EACCES } };

	(void)state;
	setenv("PATH", "/usr/bin:/bin", 1); /* a directory that we may not search means -EACCES */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct launch *l = hold((char *[]){ cases[i].name, NULL });

		assert_int_equal(launch_go(l), cases[i].err);
		(void)finish(l);
		launch_close(l);
	}
}

static void waits_at_the_gate(void **state)
{
	char path[] = "/tmp/unit-launch-XXXXXX";
	int fd = mkstemp(path);
	struct launch *l;
	pid_t pid;
	int status;

	(void)state;
	assert_true(fd >= 0);
	l = hold((char *[]){ "rm", path, NULL });
	pid = launch_pid(l);
	usleep(50000);
	assert_int_equal(launch_poll(l, &status), 0);
	assert_int_equal(access(path, F_OK), 0);
	launch_close(l); /* never mind */
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(close(fd), 0);
}

static void killed_at_the_gate(void **state)
{
	struct launch *l = hold((char *[]){ "true", NULL });

	(void)state;
	assert_int_equal(kill(launch_pid(l), SIGKILL), 0);
	assert_int_equal(finish(l), 128 + SIGKILL);
	assert_true(launch_go(l) <= 0); /* and SIGPIPE does not end us */
	launch_close(l);
}

static void signals_come_through_and_go_back(void **state)
{
	struct launch *l;
	sigset_t now;

	(void)state;
	l = hold((char *[]){ "sh", "-c", "trap 'exit 5' TERM; kill -TERM $$; exit 6", NULL });
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(launch_signal(l), SIGTERM);
	assert_int_equal(launch_signal(l), 0);
	assert_int_equal(launch_go(l), 0);
	assert_int_equal(finish(l), 5); /* the command has them unblocked */
	assert_int_equal(raise(SIGINT), 0); /* dropped, not left to kill us */
	launch_close(l);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &now), 0);
	assert_false(sigismember(&now, SIGTERM));
	launch_close(NULL);
}

static void collects_where_children_are_ignored(void **state)
{
	(void)state;
	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	assert_int_equal(run((char *[]){ "sh", "-c", "exit 3", NULL }), 3);
	assert_true(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_as_the_command),
		cmocka_unit_test(cannot_execute),
		cmocka_unit_test(waits_at_the_gate),
		cmocka_unit_test(killed_at_the_gate),
		cmocka_unit_test(signals_come_through_and_go_back),
		cmocka_unit_test(collects_where_children_are_ignored),
	};

	return cmocka_run_group_tests_name("launch", tests, NULL, NULL);
}
