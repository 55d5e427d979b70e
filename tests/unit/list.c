/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* list: growing in steps and at once, dropping what is there twice. */
#include "list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* AddressSanitizer judges whether the room was there. */
static void grows(void **state)
{
	uint32_t *array = NULL;
	size_t n = 0;

	(void)state;
	for (size_t more = 0; more < 300; more++) {
		assert_int_equal(list_grow(&array, n, more, sizeof(*array)), 0);
		for (size_t i = 0; i < more; i++, n++)
			array[n] = n;
		if (!(more % 7))
			n -= more / 2;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(array[i], i);
	free(array);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void unique(void **state)
{
	int number[] = { 5, 3, 5, 5, 1, 3, 9 };
	static const int sorted[] = { 1, 3, 5, 9 };
	size_t n = 7, none = 0, one = 1;

	(void)state;
	list_unique(number, &n, sizeof(*number), by_number);
	assert_int_equal(n, 4);
	assert_memory_equal(number, sorted, sizeof(sorted));
	list_unique(number, &one, sizeof(*number), by_number);
	assert_int_equal(one, 1);
	list_unique(NULL, &none, sizeof(*number), by_number);
	assert_int_equal(none, 0);
}

static void unique_text(void **state)
{
	static const char *const in[] = { "b", "a", "", "b", "a", "b", "c" };
	static const char *const out[] = { "", "a", "b", "c" };
	char **text = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		assert_int_equal(list_add_text(&text, &n, in[i]), 0);
	list_unique_text(text, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(text[i], out[i]);
	list_free_text(text, n);
	list_free_text(NULL, 0);
	n = 0;
	list_unique_text(NULL, &n);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(unique),
		cmocka_unit_test(unique_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
