/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of events: all good, some bad, none, unreadable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#undef fail /* ours, not cmocka's */

#include "attempts.h"
#include "ledger.h"
#include "line.h"
#include "say.h"

/* Reads `text`; what was said, owned. */
static char *read_from(const char *text, struct ledger *l, int want)
{
	char *said = NULL;
	size_t n;
	FILE *to = open_memstream(&said, &n), *from = tmpfile();

	fputs(text, from);
	rewind(from);
	say_to(to);
	assert_int_equal(ledger_read(from, "mail.jsonl", l), want);
	say_to(NULL);
	fclose(to);
	fclose(from);
	return said;
}

/* Two events and what stands before, between and behind them. */
static char *file_of(const char *before, const char *between, const char *behind)
{
	struct line_context c = { .profile = "aws" }, unnamed = { 0 };
	struct attempt a = sample_attempt(), b = sample_allowed(587, OUTCOME_CONNECTED);
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	fputs(before, to);
	assert_int_equal(line_json(&a, &unnamed, to), 0);
	fputs(between, to);
	assert_int_equal(line_json(&b, &c, to), 0);
	fputs(behind, to);
	fclose(to);
	attempt_clear(&a);
	attempt_clear(&b);
	return text;
}

static void good_lines(void **state)
{
	struct ledger l = { 0 };
	char *text = file_of("", "", ""), *said = read_from(text, &l, 0);

	(void)state;
	assert_string_equal(said, "");
	assert_int_equal(incident_count(l.incidents), 2);
	assert_int_equal(incident_at(l.incidents, 1)->outcomes[OUTCOME_CONNECTED], 1);
	assert_string_equal(l.profile, "aws");
	assert_true(l.enforced);
	assert_int_equal(l.bad, 0);
	ledger_clear(&l);
	assert_null(l.incidents);
	free(text);
	free(said);
}

static void bad_lines_are_named_and_passed_over(void **state)
{
	struct ledger l = { 0 };
	char *text = file_of("{}\n", "\n\x1b[2J\n", "{\"smtpfence\":"),
	     *said = read_from(text, &l, 0);

	(void)state;
	assert_string_equal(said, "smtpfence: mail.jsonl:1: no event of smtpfence with schema 1\n"
				  "smtpfence: mail.jsonl:3: no JSON\n"
				  "smtpfence: mail.jsonl:4: no JSON\n"
				  "smtpfence: mail.jsonl:6: no JSON\n");
	assert_int_equal(incident_count(l.incidents), 2);
	assert_int_equal(l.bad, 4);
	ledger_clear(&l);
	free(text);
	free(said);
}

static void complaints_are_bounded(void **state)
{
	struct ledger l = { 0 };
	char *said = read_from("x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n", &l, 0);

	(void)state;
	assert_non_null(strstr(said, "mail.jsonl:10: no JSON\n"
				     "smtpfence: mail.jsonl: 2 more lines are no events\n"));
	assert_int_equal(l.bad, 12);
	assert_int_equal(incident_count(l.incidents), 0);
	assert_null(l.profile);
	ledger_clear(&l);
	free(said);
}

static void a_directory_cannot_be_read(void **state)
{
	struct ledger l = { .bad = 7 };
	FILE *from = fopen("/", "re");
	char *said = NULL;
	size_t n;
	FILE *to = open_memstream(&said, &n);

	(void)state;
	say_to(to);
	assert_int_equal(ledger_read(from, "/", &l), -EISDIR);
	say_to(NULL);
	fclose(to);
	fclose(from);
	assert_string_equal(said, "smtpfence: read /: Is a directory\n");
	assert_int_equal(l.bad, 7);
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines_are_named_and_passed_over),
		cmocka_unit_test(complaints_are_bounded),
		cmocka_unit_test(a_directory_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
