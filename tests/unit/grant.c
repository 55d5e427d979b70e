/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* grant: what is missing is said as what to type; what is there is read as it was meant. */
#include "grant.h"

#include <getopt.h>

#include "said.h"

static const struct grant_form allow = { "allow", "HELP\n", true, true, ACTION_ALLOW };
static const struct grant_form block = { "block", "HELP\n", true, false, ACTION_BLOCK };
static const struct grant_form pause_form = { "pause", "HELP\n", false, false, ACTION_ALLOW };

/* `line` at its blanks, but for those written '_'. */
static enum options_end read_line(const struct grant_form *form, const char *line, struct grant *g)
{
	static char copy[512];
	char *argv[64] = { (char *)form->verb };
	enum options_end end;
	int argc = 1;
	FILE *to = fopen("/dev/null", "we");

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		for (char *c = word; *c; c++)
			*c = *c == '_' ? ' ' : *c;
		argv[argc++] = word;
	}
	optind = 0; /* begin anew */
	end = grant_read(argc, argv, form, g, to);
	fclose(to);
	return end;
}

static void refuses(const struct grant_form *form, const char *line, const char *said)
{
	struct grant g = {};
	char wanted[512];

	snprintf(wanted, sizeof(wanted), "smtpfence: %s", said);
	said_begin();
	assert_int_equal(read_line(form, line, &g), OPTIONS_WRONG);
	said_end(wanted);
	grant_clear(&g);
}

static void what_is_missing(void **state)
{
	(void)state;
	refuses(&allow, "--for 2h --reason x",
		"allow: whom? Add --container NAME, --unit NAME, --user NAME or another selector; --all is the whole host\n");
	refuses(&allow, "--user root --reason x", "allow: for how long? Add --for 2h\n");
	refuses(&allow, "--user root --for 2h",
		"allow: why? Add --reason TEXT, for whoever reads the list\n");
	refuses(&block, "shop --for 2h --reason x",
		"block: whom or what is 'shop'? Type --container shop, --unit shop, ...\n");
	refuses(&pause_form, "--reason x", "pause: for how long? Add --for 2h\n");
	refuses(&pause_form, "--for 1h",
		"pause: why? Add --reason TEXT, for whoever reads the list\n");
	refuses(&pause_form, "--for 1h --reason x now",
		"pause: takes no argument, but got 'now'\n");
}

static void what_is_wrong(void **state)
{
	(void)state;
	refuses(&allow, "--for", "allow: --for needs a value\n");
	refuses(&allow, "--for 2x", "--for: '2x' is not a time; write 90s, 10m, 2h or 3d\n");
	refuses(&allow, "--for 0h", "--for: '0h' is ...");
	refuses(&allow, "--for 9999d",
		"--for: '9999d' is out of range: at least 1s, at most 3650d\n");
	refuses(&allow, "--nosuch x",
		"allow: '--nosuch' is not an option; see smtpfence allow --help\n");
	refuses(&block, "--limit 3_connections/h",
		"block: 'limit' is not an option; see smtpfence block --help\n");
	refuses(&pause_form, "--user root",
		"pause: 'user' is not an option; see smtpfence pause --help\n");
	refuses(&pause_form, "--all",
		"pause: 'all' is not an option; see smtpfence pause --help\n");
	refuses(&allow, "--limit many", "--limit: ...");
	refuses(&allow, "--user root --all --for 1h --reason x",
		"allow: --all is the whole host: leave it out, or the selectors\n");
	refuses(&allow, "--user root --by-name --for 1h --reason x",
		"allow: --by-name goes with --container NAME\n");
	refuses(&allow, "--reason \033[2J",
		"--reason: up to 500 bytes of plain text are expected\n");
	refuses(&allow, "--ticket \xff", "--ticket: up to 500 bytes of plain text are expected\n");
	refuses(&allow, "--container \a",
		"--container: up to 500 bytes of plain text are expected\n");
	refuses(&allow, "--port 99999", "--port: ...");
	refuses(&allow, "--label tier", "--label: ...");
}

static void what_is_there(void **state)
{
	struct grant g = { .state = "/run/x" };

	(void)state;
	assert_int_equal(
		read_line(&allow,
			"--container shop-* --container 0123456789ab --to 192.0.2.1 --user root "
			"--label tier=shop --for 90m --reason IP_warm-up --ticket 8812 --by-name --json",
			&g),
		OPTIONS_GO_ON);
	assert_int_equal(g.container_n, 2);
	assert_string_equal(g.container[0], "shop-*");
	assert_int_equal(g.e.who.by[SELECTOR_CONTAINER].n, 0); /* who they are is not known yet */
	assert_int_equal(g.e.who.to_n, 1);
	assert_int_equal(g.e.who.label_n, 1);
	assert_string_equal(g.e.who.by[SELECTOR_USER].text[0], "root");
	assert_int_equal(g.lasts_s, 5400);
	assert_string_equal(g.e.why, "IP warm-up");
	assert_string_equal(g.e.ticket, "8812");
	assert_string_equal(g.e.selector,
		"container shop-*, container 0123456789ab, to 192.0.2.1, user root, label tier=shop");
	assert_string_equal(g.state, "/run/x");
	assert_true(g.by_name && g.json && !g.all && !g.e.pause);
	assert_int_equal(g.e.order.action, ACTION_ALLOW);
	grant_clear(&g);
	grant_clear(&g);
}

static void orders(void **state)
{
	struct grant g = {};

	(void)state;
	assert_int_equal(
		read_line(&block, "--all --for 1d --reason x --state /tmp/s", &g), OPTIONS_GO_ON);
	assert_int_equal(g.e.order.action, ACTION_BLOCK);
	assert_string_equal(g.e.selector, "the whole host");
	assert_string_equal(g.state, "/tmp/s");
	assert_true(g.all && selectors_empty(&g.e.who));
	grant_clear(&g);
	assert_int_equal(
		read_line(&allow,
			"--user root --limit 30_connections/h_to_10_addresses --for 1d --reason x",
			&g),
		OPTIONS_GO_ON);
	assert_int_equal(g.e.order.action, ACTION_LIMIT);
	assert_int_equal(g.e.order.most, 30);
	assert_int_equal(g.e.order.most_to, 10);
	grant_clear(&g);
	assert_int_equal(read_line(&pause_form, "--for 10m --reason x", &g), OPTIONS_GO_ON);
	assert_true(g.e.pause);
	assert_int_equal(g.e.order.action, ACTION_ALLOW);
	assert_string_equal(g.e.selector, "the whole host");
	grant_clear(&g);
	assert_int_equal(read_line(&pause_form, "--help", &g), OPTIONS_HELPED);
	grant_clear(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(what_is_there),
		cmocka_unit_test(orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
