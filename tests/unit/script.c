/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Command lines of interpreters, and of programs that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "script.h"

#define A(s) (s), (sizeof(s)) /* arguments; the last zero is the compiler's */

static const struct {
	const char *exe, *argv;
	size_t bytes;
	const char *want;
} cases[] = {
	{ "/usr/bin/python3.11", A("python3\0send.py\0x"), "send.py" },
	{ "/usr/bin/python3.11", A("python3\0-u\0-W\0ignore\0send.py"), "send.py" },
	{ "/usr/bin/python3.11", A("python3\0-um\0smtpd"), "-um" },
	{ "/usr/bin/python3.11", A("python3\0-c\0secret"), "-c" },
	{ "/usr/bin/python3.11", A("python3"), NULL },
	{ "/usr/bin/php8.2", A("php\0-d\0a=b\0-f\0send.php"), "send.php" },
	{ "/usr/bin/php8.2", A("php\0-r\0secret"), "-r" },
	{ "/usr/bin/php-fpm8.2", A("php-fpm: pool www"), NULL },
	{ "/usr/bin/bash", A("bash\0-lc\0curl -u a:b x"), "-lc" },
	{ "/usr/bin/bash", A("bash\0-o\0pipefail\0--\0./x"), "./x" },
	{ "/usr/bin/dash", A("sh\0\0x"), "x" },
	{ "/usr/bin/perl", A("perl\0-lane\0secret"), "-lane" },
	{ "/usr/bin/perl", A("perl\0-I\0lib\0-w\0x.pl"), "x.pl" },
	{ "/usr/bin/java", A("java\0-Xmx1g\0-cp\0a.jar\0Main"), "Main" },
	{ "/usr/bin/java", A("java\0-jar\0a.jar"), "a.jar" },
	{ "/usr/bin/node", A("node\0--require\0x\0-"), "-" },
	{ "/usr/bin/node", A("node\0-r"), NULL },
	{ NULL, A("-bash\0x"), "x" },
	{ NULL, A("/usr/bin/ruby\0x.rb"), "x.rb" },
	{ "/usr/bin/curl", A("python3\0send.py"), NULL },
	{ "/usr/bin/pythonista", A("python3\0send.py"), NULL },
	{ "/usr/bin/sh", "", 0, NULL },
};

static void scripts_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = script_of(cases[i].exe, cases[i].argv, cases[i].bytes);

		if (cases[i].want && got)
			assert_string_equal(got, cases[i].want);
		else
			assert_ptr_equal(got, cases[i].want);
	}
}

static void interpreters_are_known(void **state)
{
	(void)state;
	assert_true(script_runs("/usr/bin/python3"));
	assert_true(script_runs("perl"));
	assert_false(script_runs("/usr/sbin/exim4"));
	assert_false(script_runs(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_are_found),
		cmocka_unit_test(interpreters_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
