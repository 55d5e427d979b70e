/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The root side comes, or it is said why not. */
#include "helper.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#include "invoker.h"
#include "plan.h"
#include "wire.h"

static char *const command[] = { "true", NULL };
static char *const argv[] = { "run", "true", NULL };
static const struct plan plan = { .command = command };
static const struct invoker us = { .change = false };

/* Runs in a child that is nobody, so that sudo is asked for; `sudo`: a script of that name, NULL none. */
static int as_nobody(const char *sudo)
{
	char dir[] = "/tmp/unit-helper-XXXXXX", path[64];
	struct helper h = { .wire = -1 };
	int status = -1;
	pid_t pid;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(path, sizeof(path), "%s/sudo", dir);
	if (sudo) {
		f = fopen(path, "we");
		assert_non_null(f);
		fprintf(f, "#!/bin/sh\n%s\n", sudo);
		fclose(f);
		assert_int_equal(chmod(path, 0755), 0);
	}
	pid = fork();
	if (!pid) {
		setenv("PATH", dir, 1);
		if (!geteuid() && setuid(65534))
			_exit(99);
		_exit(-helper_start(&plan, &us, argv, &h));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	rmdir(dir);
	return WEXITSTATUS(status);
}

static void sudo_missing_or_refusing(void **state)
{
	(void)state;
	assert_int_equal(as_nobody(NULL), EPERM);
	assert_int_equal(as_nobody("exit 1"), EPERM);
	assert_int_equal(as_nobody("kill -9 $$"), EPERM);
	assert_int_equal(
		as_nobody("[ \"$1$2\" = -b-- ] && [ \"$4$5\" = run--helper ] && exit 1; sleep 60"),
		EPERM);
}

static void comes_as_our_child(void **state)
{
	struct helper h = { .wire = -1 };
	struct wire_message m;

	(void)state;
	if (geteuid())
		skip(); /* only root has it as a child */
	assert_int_equal(helper_start(&plan, &us, argv, &h), 0);
	assert_true(h.child > 0);
	assert_int_equal(wire_say(h.wire, WIRE_READY, 0), 0); /* no HELLO: it leaves */
	assert_int_equal(wire_receive(h.wire, &m), -EPIPE);
	helper_end(&h);
	assert_int_equal(h.wire, -1);
	helper_end(&h);
}

static void serves_only_through_sudo(void **state)
{
	const struct invoker he = { .change = true, .uid = 65534, .gid = 65534 };
	char name[WIRE_NAME];
	int listener;

	(void)state;
	assert_int_equal(helper_serve("00000", &plan, &us), -EPERM);
	if (geteuid())
		skip(); /* the rest is for root */
	assert_int_equal(helper_serve("no such", &plan, &he), -ECONNREFUSED);
	assert_int_equal(wire_listen(&listener, name), 0);
	assert_int_equal(helper_serve(name, &plan, &he), -EPERM); /* who listens is another */
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sudo_missing_or_refusing),
		cmocka_unit_test(comes_as_our_child),
		cmocka_unit_test(serves_only_through_sudo),
	};

	say_to(NULL);
	return cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
