/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is wrong with a run is found before anything is started. */
#include "front.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#include "invoker.h"
#include "plan.h"

static void refuses_first(void **state)
{
	static char touched[] = "/tmp/unit-front-XXXXXX";
	char *const command[] = { "rm", touched, NULL };
	const struct {
		struct plan plan;
		const char *said;
	} cases[] = {
		{ { .profile = "no-such-provider" }, "no profile 'no-such-provider'" },
		{ { .policy = "/nonexistent.yaml" },
			"read policy /nonexistent.yaml: No such file" },
		{ { .policy = "-" }, "standard input is the command's" },
		{ { .output = "/nonexistent/x" }, "open /nonexistent/x: No such file" },
		{ { .profile = "gcp", .output = "/tmp" }, "open /tmp: Is a directory" },
	};
	const struct invoker us = { .change = false };
	int fd = mkstemp(touched);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan plan = cases[i].plan;
		char *said = NULL;
		size_t n = 0;
		FILE *to = open_memstream(&said, &n);

		plan.command = command;
		say_to(to);
		assert_int_equal(front_run(&plan, &us, command), PLAN_FAILED);
		say_to(NULL);
		fclose(to);
		assert_non_null(strstr(said, cases[i].said));
		assert_int_equal(access(touched, F_OK), 0);
		free(said);
	}
	close(fd);
	unlink(touched);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(refuses_first) };

	setenv("SMTPFENCE_DATA", "data", 1);
	return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
