/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is in force is shown, within the line; what has ended is not. */
#include "relief.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "exemption.h"
#include "json.h"

#define NOW 1795446131000000000ULL /* 2026-11-23T15:02:11Z */
#define S 1000000000ULL

static struct exemption some(unsigned id, uint8_t action, uint64_t seconds)
{
	return (struct exemption){
		.id = id,
		.order.action = action,
		.since_ns = NOW - 60 * S,
		.until_ns = NOW + seconds * S,
		.by = "alice",
		.why = "IP warm-up",
		.ticket = "8812",
		.selector = "container shop",
	};
}

static char *drawn(const struct exemptions *all)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	relief_text(all, NOW, to);
	fclose(to);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	return text;
}

static void what_stops_or_lets_all_comes_first(void **state)
{
	struct exemption e[] = {
		some(7, ACTION_ALLOW, 72 * 60 + 5),
		some(8, ACTION_BLOCK, 23 * 3600),
		some(9, ACTION_ALLOW, 50 * 3600),
		some(10, ACTION_ALLOW, 0),
		some(11, ACTION_ALLOW, 100),
		some(12, ACTION_ALLOW, 599),
	};
	struct exemptions all = { .e = e, .n = 6 };
	char *text;

	(void)state;
	e[1].ticket = NULL;
	e[4].revoked_ns = NOW;
	e[5].pause = true;
	e[5].selector = "the whole host";
	text = drawn(&all);
	assert_string_equal(text,
		"\nID     LEFT        BY         WHAT AND WHY\n"
		"e8     23 h        alice      block container shop: IP warm-up\n"
		"e12    9 min       alice      pause: IP warm-up (ticket 8812)\n"
		"e7     1 h 12 min  alice      allow container shop: IP warm-up (ticket 8812)\n"
		"e9     2 d 2 h     alice      allow container shop: IP warm-up (ticket 8812)\n");
	free(text);
}

static void none_is_said(void **state)
{
	struct exemption gone = some(1, ACTION_ALLOW, 0);
	struct exemptions none = { .e = &gone, .n = 1 };
	char *text = drawn(&none);

	(void)state;
	assert_string_equal(text, "\nexemptions, blocks, pauses: none\n");
	free(text);
}

static void many_are_counted(void **state)
{
	static struct exemption e[1012];
	struct exemptions all = { .e = e, .n = 1012 };
	char *text;

	(void)state;
	for (unsigned i = 0; i < 1012; i++)
		e[i] = some(i + 1, ACTION_ALLOW, 9);
	text = drawn(&all);
	assert_non_null(strstr(text, "\ne10    9 s "));
	assert_null(strstr(text, "\ne11 "));
	assert_non_null(strstr(text, "\nand 1,002 more: smtpfence list\n"));
	free(text);
}

static void hostile_words_are_inert(void **state)
{
	struct exemption e = some(32766, ACTION_DROP, 400 * 86400);
	struct exemptions all = { .e = &e, .n = 1 };
	char *text;

	(void)state;
	e.by = "\x1b\n";
	e.why = "\x1b]0;x\x07\n\xff a reason as long as somebody who wants to break a screen would make it";
	text = drawn(&all);
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || ((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f));
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
}

static void the_longest_pause_counts(void **state)
{
	struct exemption e[] = { some(1, ACTION_ALLOW, 600), some(2, ACTION_ALLOW, 60),
		some(3, ACTION_ALLOW, 120), some(4, ACTION_ALLOW, 0) };
	struct exemptions all = { .e = e, .n = 4 };

	(void)state;
	assert_null(relief_pause(&all, NOW));
	for (int i = 1; i < 4; i++)
		e[i].pause = true;
	assert_int_equal(relief_pause(&all, NOW)->id, 3);
	e[2].revoked_ns = NOW;
	assert_int_equal(relief_pause(&all, NOW)->id, 2);
}

static void json_has_all_in_force(void **state)
{
	struct exemption e[] = { some(7, ACTION_ALLOW, 60), some(8, ACTION_BLOCK, 60),
		some(9, ACTION_ALLOW, 0) };
	struct exemptions all = { .e = e, .n = 3 };
	json_t *root, *first;
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	struct json j;

	(void)state;
	json_init(&j, to);
	json_open(&j, NULL, '[');
	relief_json(&all, NOW, &j);
	json_close(&j, ']');
	fclose(to);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(root), 2);
	first = json_array_get(root, 0);
	assert_string_equal(json_string_value(json_object_get(first, "id")), "e7");
	assert_string_equal(json_string_value(json_object_get(first, "state")), "in force");
	assert_string_equal(
		json_string_value(json_object_get(first, "until")), "2026-11-23T15:03:11.000Z");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(root, 1), "order")), "block");
	json_decref(root);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stops_or_lets_all_comes_first),
		cmocka_unit_test(none_is_said),
		cmocka_unit_test(many_are_counted),
		cmocka_unit_test(hostile_words_are_inert),
		cmocka_unit_test(the_longest_pause_counts),
		cmocka_unit_test(json_has_all_in_force),
	};

	return cmocka_run_group_tests_name("relief", tests, NULL, NULL);
}
