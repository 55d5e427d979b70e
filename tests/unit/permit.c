/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who may not is told what is missing; who failed otherwise is not. */
#include "permit.h"

#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#define BIT(capability) (1ULL << (capability))

static void missing(void **state)
{
	static const struct {
		uint64_t effective;
		const char *text;
	} cases[] = {
		{ 0, "CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON" },
		{ BIT(CAP_BPF) | BIT(CAP_PERFMON), "CAP_NET_ADMIN" },
		{ BIT(CAP_NET_ADMIN) | BIT(CAP_PERFMON), "CAP_BPF" },
		{ BIT(CAP_NET_ADMIN) | BIT(CAP_BPF), "CAP_PERFMON" },
		{ BIT(CAP_NET_ADMIN) | BIT(CAP_BPF) | BIT(CAP_PERFMON), "" },
		{ BIT(CAP_SYS_ADMIN), "" },
		{ ~0ULL, "" },
	};
	const struct permit_style style = { "CAP_", ", " };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(permit_missing(text, sizeof(text), cases[i].effective, &style),
			cases[i].text);
	assert_string_equal(permit_missing(text, 5, 0, &style), "CAP_");
}

static void refusals(void **state)
{
	static const struct {
		int err;
		bool refused;
		bool hinted;
	} cases[] = {
		{ -EPERM, true, true },
		{ -EACCES, true, true },
		{ -EROFS, true, true },
		{ -ENODEV, true, true },
		{ -ENOSYS, true, false },
		{ -EOPNOTSUPP, true, false },
		{ -ENOMEM, false, false },
		{ -EINVAL, false, false },
		{ 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *said = NULL;
		size_t n = 0;
		FILE *to = open_memstream(&said, &n);

		say_to(to);
		assert_int_equal(permit_refused(cases[i].err, "run ..."), cases[i].refused);
		say_to(NULL);
		fclose(to);
		assert_int_equal(n && !strncmp(said, "hint: ", 6), cases[i].hinted);
		assert_int_equal(n > 0, cases[i].hinted);
		free(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests_name("permit", tests, NULL, NULL);
}
