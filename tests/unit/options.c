/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options that verbs share: what is taken, what is refused, and with which words. */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail

#include "options.h"
#include "say.h"

static const struct options_form both = { "watch", "help of watch\n", true, true };
static const struct options_form none = { "down", "help of down\n", false, false };

struct got {
	enum options_end end;
	struct options options;
	char *said;
	char *shown;
};

static struct got read_line(const struct options_form *form, const char *line)
{
	struct got g = { .options = { .state = "/default" } };
	char copy[256], *save = NULL, *argv[8] = { NULL }, *word;
	size_t said_n, shown_n;
	FILE *said = open_memstream(&g.said, &said_n), *shown = open_memstream(&g.shown, &shown_n);
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	optind = 0; /* glibc: begin anew */
	say_to(said);
	g.end = options_read(argc, argv, form, &g.options, shown);
	say_to(NULL);
	say_level(0);
	fclose(said);
	fclose(shown);
	g.options.state =
		g.options.state && !strcmp(g.options.state, "/default") ? "/default" : "/given";
	return g;
}

static void drop(struct got *g)
{
	free(g->said);
	free(g->shown);
}

static void takes_what_a_verb_has(void **state)
{
	struct got g = read_line(&both, "watch --json --once --state /run/x -v");

	(void)state;
	assert_int_equal(g.end, OPTIONS_GO_ON);
	assert_true(g.options.json && g.options.once);
	assert_string_equal(g.options.state, "/given");
	assert_string_equal(g.said, "");
	drop(&g);
	g = read_line(&none, "down");
	assert_int_equal(g.end, OPTIONS_GO_ON);
	assert_string_equal(g.options.state, "/default");
	drop(&g);
}

static void refuses_the_rest_in_a_line(void **state)
{
	static const struct {
		const struct options_form *form;
		const char *line, *said;
	} cases[] = {
		{ &none, "down --json",
			"smtpfence: down: '--json' is not an option (--state DIR, -v, --help)\n" },
		{ &both, "watch --jsn",
			"smtpfence: watch: '--jsn' is not an option (--json, --once, --state DIR, -v, --help)\n" },
		{ &both, "watch x", "smtpfence: watch: takes no argument, but got 'x'\n" },
		{ &none, "down --state",
			"smtpfence: down: '--state' is not an option (--state DIR, -v, --help)\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct got g = read_line(cases[i].form, cases[i].line);

		assert_int_equal(g.end, OPTIONS_WRONG);
		assert_string_equal(g.said, cases[i].said);
		drop(&g);
	}
}

static void shows_help(void **state)
{
	struct got g = read_line(&none, "down --help");

	(void)state;
	assert_int_equal(g.end, OPTIONS_HELPED);
	assert_string_equal(g.shown, "help of down\n");
	drop(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_a_verb_has),
		cmocka_unit_test(refuses_the_rest_in_a_line),
		cmocka_unit_test(shows_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
