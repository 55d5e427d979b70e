/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The JSON writer: structure, hostile strings, and that another parser reads back what went in. */
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct memory {
	struct json j;
	FILE *out;
	char *text;
	size_t n;
};

static void begin(struct memory *m)
{
	*m = (struct memory){ 0 };
	m->out = open_memstream(&m->text, &m->n);
	assert_non_null(m->out);
	json_init(&m->j, m->out);
}

static void end(struct memory *m)
{
	fclose(m->out);
	free(m->text);
}

static void structure(void **state)
{
	struct memory m;

	(void)state;
	begin(&m);
	json_open(&m.j, NULL, '{');
	json_number(&m.j, "zero", 0);
	json_number(&m.j, "most", UINT64_MAX);
	json_bool(&m.j, "yes", true);
	json_text(&m.j, "none", NULL);
	json_text(&m.j, "empty", "");
	json_open(&m.j, "list", '[');
	json_text(&m.j, NULL, "a");
	json_open(&m.j, NULL, '{');
	json_close(&m.j, '}');
	json_open(&m.j, NULL, '[');
	json_close(&m.j, ']');
	json_bool(&m.j, NULL, false);
	json_close(&m.j, ']');
	json_number(&m.j, "after", 1);
	json_close(&m.j, '}');
	json_open(&m.j, NULL, '[');
	json_close(&m.j, ']');
	fflush(m.out);
	assert_string_equal(m.text,
		"{\"zero\":0,\"most\":18446744073709551615,\"yes\":true,\"empty\":\"\","
		"\"list\":[\"a\",{},[],false],\"after\":1}\n[]\n");
	end(&m);
}

static void deepest(void **state)
{
	struct memory m;

	(void)state;
	begin(&m);
	for (int i = 0; i < 32; i++)
		json_open(&m.j, NULL, '[');
	json_number(&m.j, NULL, 1);
	json_number(&m.j, NULL, 2);
	for (int i = 0; i < 32; i++)
		json_close(&m.j, ']');
	fflush(m.out);
	assert_int_equal(m.n, 32 + 3 + 32 + 1);
	assert_non_null(strstr(m.text, "[[1,2]]"));
	end(&m);
}

static void strings(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out; /* as in the line, hex key included */
	} cases[] = {
		{ "plain", 5, "\"plain\"" }, { "q\"b\\s/", 6, "\"q\\\"b\\\\s/\"" },
		{ "\n\t\r\b\f", 5, "\"\\n\\t\\u000d\\u0008\\u000c\"" },
		{ "\x01\x1f\033[2J", 6, "\"\\u0001\\u001f\\u001b[2J\"" },
		{ "\x7f", 1, "\"\\u007f\"" },
		{ "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", 8, "\"\\u0080\\u009b\\u009f\xc2\xa0\"" },
		{ "caf\xc3\xa9 \xf0\x9f\x93\xa7", 10, "\"caf\xc3\xa9 \xf0\x9f\x93\xa7\"" },
		{ "\xd8\x9c\xe2\x80\xae\xe2\x81\xa6", 8, "\"\\u061c\\u202e\\u2066\"" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", 6, "\"\\u2028\\u2029\"" },
		{ "a\0b", 3,
			"\"a\xef\xbf\xbd"
			"b\",\"k_hex\":\"610062\"" },
		{ "\xff", 1, "\"\xef\xbf\xbd\",\"k_hex\":\"ff\"" },
		{ "\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\",\"k_hex\":\"c0af\"" },
		{ "\xed\xa0\x80", 3,
			"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"k_hex\":\"eda080\"" },
		{ "a\xe2\x82", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\",\"k_hex\":\"61e282\"" },
		{ "\xef\xbf\xbd", 3, "\"\xef\xbf\xbd\"" }, /* U+FFFD itself replaces nothing */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct memory m;
		char *copy = malloc(cases[i].n), expected[128];

		memcpy(copy, cases[i].in, cases[i].n);
		begin(&m);
		json_open(&m.j, NULL, '{');
		json_bytes(&m.j, "k", copy, cases[i].n);
		json_close(&m.j, '}');
		fflush(m.out);
		snprintf(expected, sizeof(expected), "{\"k\":%s}\n", cases[i].out);
		print_message("# row %zu\n", i);
		assert_string_equal(m.text, expected);
		end(&m);
		free(copy);
	}
}

static void no_hex_in_arrays(void **state)
{
	struct memory m;

	(void)state;
	begin(&m);
	json_open(&m.j, NULL, '[');
	json_bytes(&m.j, NULL, "\xff", 1);
	json_text(&m.j, NULL, "x");
	json_close(&m.j, ']');
	fflush(m.out);
	assert_string_equal(m.text, "[\"\xef\xbf\xbd\",\"x\"]\n");
	end(&m);
}

/* Pairs of bytes, judged by jansson: one valid line, no control left, valid text unchanged. */
static void any_bytes_make_one_valid_line(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 65536; pair += 3) { /* every third: half a second */
		char in[3] = { (char)(pair >> 8), (char)pair, '!' };
		struct memory m;
		json_t *root, *k;

		begin(&m);
		json_open(&m.j, NULL, '{');
		json_bytes(&m.j, "k", in, sizeof(in));
		json_close(&m.j, '}');
		fflush(m.out);
		for (size_t i = 0; i + 1 < m.n; i++)
			assert_true((unsigned char)m.text[i] >= 0x20 && m.text[i] != 0x7f);
		assert_int_equal(m.text[m.n - 1], '\n');
		root = json_loads(m.text, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(root);
		k = json_object_get(root, "k");
		if (!json_object_get(root, "k_hex")) {
			assert_int_equal(json_string_length(k), 3);
			assert_memory_equal(json_string_value(k), in, 3);
		}
		json_decref(root);
		end(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure),
		cmocka_unit_test(deepest),
		cmocka_unit_test(strings),
		cmocka_unit_test(no_hex_in_arrays),
		cmocka_unit_test(any_bytes_make_one_valid_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
