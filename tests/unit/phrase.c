/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Pieces join, numbers agree with their nouns, and no buffer is too small to be safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "phrase.h"

static void pieces_join(void **state)
{
	char text[64] = "";

	(void)state;
	phrase_add(text, sizeof(text), "port %u", 25);
	phrase_add(text, sizeof(text), ", %s ", "by");
	phrase_add_inert(text, sizeof(text), "a\nb\0", 4);
	assert_string_equal(text, "port 25, by a\\x0ab\\x00");
}

static void counts_agree_with_nouns(void **state)
{
	static const struct {
		uint64_t n;
		const char *noun, *want;
	} cases[] = {
		{ 0, "attempt", "0 attempts" },
		{ 1, "attempt", "1 attempt" },
		{ 1234567, "attempt", "1,234,567 attempts" },
		{ 1, "process", "1 process" },
		{ 2, "process", "2 processes" },
		{ 2, "address", "2 addresses" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64] = "";

		phrase_add_count(text, sizeof(text), cases[i].n, cases[i].noun);
		assert_string_equal(text, cases[i].want);
	}
}

static void a_full_buffer_stays_whole(void **state)
{
	(void)state;
	for (size_t size = 1; size < 16; size++) {
		char text[17] = "";

		text[size] = 'x';
		for (int i = 0; i < 4; i++) {
			phrase_add(text, size, "abc");
			phrase_add_inert(text, size, "\x1b", 1);
			phrase_add_count(text, size, 1000, "time");
		}
		assert_true(strlen(text) < size);
		assert_int_equal(text[size], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_join),
		cmocka_unit_test(counts_agree_with_nouns),
		cmocka_unit_test(a_full_buffer_stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
