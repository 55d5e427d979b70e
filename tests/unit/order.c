/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* order, action: read, printed as read, refused. */
#include "order.h"

#include <arpa/inet.h>
#include <errno.h>

#include "action.h"
#include "bpf/fence.h"
#include "said.h"
#include "yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void prints_as_understood(void **state)
{
	static const char *const cases[][2] = {
		{ "allow", NULL },
		{ "drop", NULL },
		{ "block", NULL },
		{ "block EACCES", NULL },
		{ "limit 30 connections/h", NULL },
		{ "limit 1 connections/1d", "limit 1 connection/d" },
		{ "limit 4294967295 connections/10m to 64 addresses", NULL },
		{ "limit 2 connections/60s to 1 address", "limit 2 connections/m to 1 address" },
		{ "limit 2 connections/24h to 1 addresses", "limit 2 connections/d to 1 address" },
		{ "limit to 10 addresses/d", NULL },
		{ "limit to 1 address/90s", NULL },
		{ "limit to 2 addresses/s", NULL },
		{ "redirect 127.0.0.1:1025", NULL },
		{ "redirect [::1]:65535", NULL },
		{ "redirect 192.0.2.9:587 [2001:DB8:0::9]:587 transparent",
			"redirect 192.0.2.9:587 [2001:db8::9]:587 transparent" },
		{ "answer", NULL },
		{ "answer 550 5.7.1 Use port 587", NULL },
		{ "answer 421 \"x\": # y ", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct order o = { 0 };
		char *text = NULL;
		size_t n;
		FILE *to = open_memstream(&text, &n);

		assert_int_equal(order_from_text("t", cases[i][0], &o), 0);
		order_print(to, &o);
		fclose(to);
		assert_string_equal(text, cases[i][1] ? cases[i][1] : cases[i][0]);
		free(text);
		order_clear(&o);
	}
}

static void means_what_it_says(void **state)
{
	struct order o = { 0 };
	struct in6_addr six;
	struct in_addr four;

	(void)state;
	inet_pton(AF_INET, "192.0.2.9", &four);
	inet_pton(AF_INET6, "2001:db8::9", &six);
	assert_int_equal(
		order_from_text("t", "redirect 192.0.2.9:587 [2001:db8::9]:25 transparent", &o), 0);
	assert_int_equal(o.action, ACTION_REDIRECT);
	assert_int_equal(o.relay.addr4, four.s_addr);
	assert_memory_equal(o.relay.addr6, &six, sizeof(six));
	assert_int_equal(o.relay.port4, 587);
	assert_int_equal(o.relay.port6, 25);
	assert_true(o.transparent);
	assert_int_equal(order_from_text("t", "limit 5 connections/10m to 3 addresses", &o), 0);
	assert_int_equal(o.action, ACTION_LIMIT);
	assert_int_equal(o.most, 5);
	assert_int_equal(o.most_to, 3);
	assert_int_equal(o.window_s, 600);
	assert_false(o.transparent);
	assert_int_equal(order_from_text("t", "limit to 3 addresses/h", &o), 0);
	assert_int_equal(o.most, 0);
	assert_int_equal(o.window_s, 3600);
	assert_int_equal(order_from_text("t", "block ETIMEDOUT", &o), 0);
	assert_int_equal(o.err, ETIMEDOUT);
	assert_int_equal(order_from_text("t", "answer 554 no", &o), 0);
	assert_string_equal(o.reply, "554 no");
	order_clear(&o);
	assert_null(o.reply);
	order_clear(&o);
}

#define LIMIT "a limit is 'limit 30 connections/h', ..."
#define REDIRECT "a redirect is 'redirect 127.0.0.1:1025', ..."
#define ANSWER "an answer is an SMTP reply of at most 500 ..."

static void refuses(void **state)
{
	static const char *const cases[][2] = {
		{ "", "'' is not an action (allow, limit, redirect, answer, block, drop)\n" },
		{ "blok",
			"'blok' is not an action (allow, limit, redirect, answer, block, drop); did you mean 'block'?\n" },
		{ "allow EPERM", "'allow' takes nothing behind it\n" },
		{ "drop ", "'drop' takes nothing behind it\n" },
		{ "block  EPERM",
			"' EPERM' is not an error a block may answer (EPERM, EACCES, ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT); did you mean 'EPERM'?\n" },
		{ "block eperm", "'eperm' is not an error a block may answer (..." },
		{ "limit", LIMIT },
		{ "limit ", LIMIT },
		{ "limit 30", LIMIT },
		{ "limit 30 connections", LIMIT },
		{ "limit 30 connections/", LIMIT },
		{ "limit 30 connections/x", LIMIT },
		{ "limit 30 connections/0h", LIMIT },
		{ "limit 30 conections/h", LIMIT },
		{ "limit 30  connections/h", LIMIT },
		{ "limit 30 connections/h ", LIMIT },
		{ "limit 30 connections/h to", LIMIT },
		{ "limit 30 connections/h to 10", LIMIT },
		{ "limit 30 connections/h for 10 addresses", LIMIT },
		{ "limit 30 connections/h to 10 addresses/d", LIMIT },
		{ "limit 30 connections/h to 10 addresses 1 2 3 4 5 6 7 8", LIMIT },
		{ "limit to 10 addresses", LIMIT },
		{ "limit 0 connections/h", "a limit is of 1 to 4294967295 connections\n" },
		{ "limit 4294967296 connections/h", "a limit is of 1 to 4294967295 connections\n" },
		{ "limit x connections/h", "a limit is of 1 to 4294967295 connections\n" },
		{ "limit to 65 addresses/h", "a limit is to 1 to 64 addresses\n" },
		{ "limit to 0 addresses/h", "a limit is to 1 to 64 addresses\n" },
		{ "redirect", REDIRECT },
		{ "redirect transparent", REDIRECT },
		{ "redirect 127.0.0.1", REDIRECT },
		{ "redirect 127.0.0.1:0", REDIRECT },
		{ "redirect 127.0.0.1:65536", REDIRECT },
		{ "redirect localhost:25", REDIRECT },
		{ "redirect ::1:25", REDIRECT },
		{ "redirect [::1]", REDIRECT },
		{ "redirect [::1:25", REDIRECT },
		{ "redirect [127.0.0.1]:25", REDIRECT },
		{ "redirect [::ffff:127.0.0.1]:25", REDIRECT },
		{ "redirect [::1]:25 127.0.0.1:25", REDIRECT },
		{ "redirect 127.0.0.1:25 127.0.0.1:25", REDIRECT },
		{ "redirect [::1]:25 [::1]:25", REDIRECT },
		{ "redirect 0.0.0.0:25", REDIRECT },
		{ "redirect [::]:25", REDIRECT },
		{ "redirect 224.0.0.1:25", REDIRECT },
		{ "redirect [ff02::1]:25", REDIRECT },
		{ "redirect 10.0.0.0/8:25", REDIRECT },
		{ "redirect 127.0.0.1:25 transparent transparent", REDIRECT },
		{ "redirect transparent 127.0.0.1:25", REDIRECT },
		{ "answer ", ANSWER },
		{ "answer 250 fine", ANSWER },
		{ "answer 55 x", ANSWER },
		{ "answer 560 x", ANSWER },
		{ "answer 55a x", ANSWER },
		{ "answer 550", ANSWER },
		{ "answer 550 ", ANSWER },
		{ "answer 550  x", ANSWER },
		{ "answer 550-x", ANSWER },
		{ "answer 550 f\xc3\xbcr", ANSWER },
		{ "answer 550 a\r\nb", ANSWER },
	};
	char said[300];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct order o = { .action = ACTION_COUNT };

		snprintf(said, sizeof(said), "smtpfence: t: %s", cases[i][1]);
		said_begin();
		assert_int_equal(order_from_text("t", cases[i][0], &o), -EINVAL);
		said_end(said);
		assert_int_equal(o.action, ACTION_COUNT);
	}
}

static void reply_length(void **state)
{
	char text[600] = "answer 550 ";
	struct order o = { 0 };

	(void)state;
	memset(text + 11, 'x', 496);
	assert_int_equal(order_from_text("t", text, &o), 0);
	order_clear(&o);
	text[11 + 496] = 'x';
	said_begin();
	assert_int_equal(order_from_text("t", text, &o), -EINVAL);
	said_end("smtpfence: t: an answer is ...");
}

static void from_yaml(void **state)
{
	static const char text[] = "[\"redirect [::1]:1025\", [x], blok]";
	struct order o = { 0 };
	struct yaml *y = NULL;

	(void)state;
	assert_int_equal(yaml_from_text("t", text, strlen(text), &y), 0);
	assert_int_equal(order_read(yaml_at(yaml_root(y), 0, NULL), &o), 0);
	assert_int_equal(o.relay.port6, 1025);
	assert_int_equal(o.relay.port4, 0);
	said_begin();
	assert_int_equal(order_read(yaml_at(yaml_root(y), 1, NULL), &o), -EINVAL);
	said_end(
		"smtpfence: t:1:25: an action is expected here (allow, limit, redirect, answer, block, drop)\n");
	said_begin();
	assert_int_equal(order_read(yaml_at(yaml_root(y), 2, NULL), &o), -EINVAL);
	said_end("smtpfence: t:1:30: 'blok' is not an action (...");
	yaml_close(y);
}

static void strict(void **state)
{
	(void)state;
	for (int i = 0; i < ACTION_COUNT; i++)
		assert_int_equal(order_is_strict(&(struct order){ .action = i }),
			i == ACTION_ANSWER || i == ACTION_BLOCK || i == ACTION_DROP);
}

static void names_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < ACTION_COUNT; i++)
		assert_int_equal(action_from_name(action_name(i)), i);
	assert_null(action_name(ACTION_COUNT));
	assert_int_equal(action_from_name("Limit"), -EINVAL);
	for (size_t i = 0; action_errno_names[i]; i++)
		assert_string_equal(
			action_errno_name(action_errno_from_name(action_errno_names[i])),
			action_errno_names[i]);
	assert_int_equal(action_errno_from_name("ECONNREFUSED"), ECONNREFUSED);
	assert_int_equal(action_errno_from_name("ENOENT"), -EINVAL);
	assert_null(action_errno_name(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_as_understood),
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(refuses),
		cmocka_unit_test(reply_length),
		cmocka_unit_test(from_yaml),
		cmocka_unit_test(strict),
		cmocka_unit_test(names_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
