/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* slip: an exemption is read as it is, whatever somebody typed as its reason. */
#include "slip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "exemption.h"
#include "json.h"

#define SECOND 1000000000ULL
#define NOW (1000000 * SECOND)

static void spans(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = { { 0, "0 s" }, { 59, "59 s" }, { 60, "1 min" }, { 3599, "59 min" },
		{ 3600, "1 h" }, { 4320, "1 h 12 min" }, { 86399, "23 h 59 min" }, { 86400, "1 d" },
		{ 90000, "1 d 1 h" }, { 315360000, "3650 d" } };
	char to[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(slip_span(to, cases[i].seconds), cases[i].text);
}

static struct exemption one = { .id = 7,
	.since_ns = NOW - 60 * SECOND,
	.until_ns = NOW + 4320 * SECOND,
	.by = "alice",
	.why = "IP warm-up",
	.ticket = "8812",
	.selector = "container shop" };

static char *line(const struct exemption *e)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	slip_line(to, e, NOW);
	fclose(to);
	return text;
}

static void is_line(const struct exemption *e, const char *wanted)
{
	char *got = line(e);

	assert_string_equal(got, wanted);
	free(got);
}

static void lines(void **state)
{
	struct exemption e = one;

	(void)state;
	is_line(NULL, "ID     LEFT        BY         WHAT AND WHY\n");
	is_line(&e,
		"e7     1 h 12 min  alice      allow container shop: IP warm-up (ticket 8812)\n");
	e.order.action = ACTION_BLOCK;
	e.ticket = NULL;
	is_line(&e, "e7     1 h 12 min  alice      block container shop: IP warm-up\n");
	e.order = (struct order){ .action = ACTION_LIMIT, .most = 30, .window_s = 3600 };
	is_line(&e,
		"e7     1 h 12 min  alice      limit 30 connections/h container shop: IP warm-up\n");
	e.pause = true;
	is_line(&e, "e7     1 h 12 min  alice      pause: IP warm-up\n");
	e.until_ns = NOW;
	is_line(&e, "e7     expired     alice      pause: IP warm-up\n");
	e.revoked_ns = NOW - 5;
	is_line(&e, "e7     revoked     alice      pause: IP warm-up\n");
}

static void what_is_hostile_is_inert(void **state)
{
	struct exemption e = one;
	char *got;

	(void)state;
	e.by = "a\033[2Jb";
	e.why = "x\r\ny \xff\xe2\x80\xae";
	e.selector = "container \a";
	e.ticket = "\t";
	got = line(&e);
	for (const char *c = got; *c; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
	free(got);
}

static void long_reasons_are_broken(void **state)
{
	struct exemption e = one;
	char why[2000], *got;
	size_t n = 0, rows = 0;

	(void)state;
	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	for (size_t i = 12; i < 1000; i += 13)
		why[i] = ' ';
	e.why = why;
	got = line(&e);
	for (const char *c = got; *c; c++) {
		n = *c == '\n' ? 0 : n + 1;
		rows += *c == '\n';
		assert_true(n <= 80);
	}
	assert_true(rows > 10);
	free(got);
}

static void objects(void **state)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	struct json j;

	(void)state;
	json_init(&j, to);
	slip_json(&j, NULL, &one, NOW);
	fclose(to);
	assert_string_equal(text,
		"{\"id\":\"e7\",\"state\":\"in force\",\"order\":\"allow\",\"pause\":false,\"host\":true,"
		"\"selector\":\"container shop\",\"by\":\"alice\",\"reason\":\"IP warm-up\","
		"\"ticket\":\"8812\",\"since\":\"1970-01-12T13:45:40.000Z\","
		"\"until\":\"1970-01-12T14:58:40.000Z\",\"left_s\":4320}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans),
		cmocka_unit_test(lines),
		cmocka_unit_test(what_is_hostile_is_inert),
		cmocka_unit_test(long_reasons_are_broken),
		cmocka_unit_test(objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
