/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paragraphs as a terminal shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wrap.h"

#define TEN "123456789 "
#define FIFTY "123456789.123456789.123456789.123456789.123456789."

static const struct {
	const char *label, *text, *want;
} cases[] = {
	{ "why", "short", "  why       short\n" },
	{ "", "", "            \n" },
	{ "why", TEN TEN TEN TEN TEN TEN "12345678 x",
		"  why       " TEN TEN TEN TEN TEN TEN "12345678\n            x\n" },
	{ "a label", TEN TEN TEN TEN TEN TEN "123456789",
		"  a label   " TEN TEN TEN TEN TEN "123456789\n            123456789\n" },
	{ "would be blocked", "x  ->  y", "  would be blocked  x  ->  y\n" },
	{ "would be blocked", FIFTY "123456789012 x",
		"  would be blocked  \n            " FIFTY "123456789012 x\n" },
	{ "to", "one\ntwo\n", "  to        one\n            two\n" },
	{ "to", "one\n\ntwo", "  to        one\n            \n            two\n" },
	{ "to", FIFTY FIFTY,
		"  to        " FIFTY "123456789.12345678\n            9.123456789."
		"123456789.123456789.\n" },
	{ "to", "\x1b[2Jx\r\x07", "  to        \\x1b[2Jx\\x0d\\x07\n" },
	{ "to", FIFTY " 日本語日本語日本語",
		"  to        " FIFTY "\n            日本語日本語日本語\n" },
	{ "to", FIFTY " 日本語日本語日本", "  to        " FIFTY " 日本語日本語日本\n" },
	{ "to", "e\xcc\x81\xff", "  to        e\xcc\x81\\xff\n" },
};

static void breaks_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t n;
		FILE *to = open_memstream(&text, &n);

		wrap_labelled(to, cases[i].label, cases[i].text);
		fclose(to);
		assert_string_equal(text, cases[i].want);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaks_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
