/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts in words: who, where to, what became of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "attempts.h"

static void people_read_names(void **state)
{
	struct attempt a = sample_attempt(), u = sample_unknown();
	char to[80], who[80];

	(void)state;
	assert_string_equal(attempt_to(to, &a), "192.0.2.25 port 25");
	assert_string_equal(attempt_to(to, &u), "[2001:db8::25] port 25");
	assert_string_equal(attempt_result(&a), "blocked");
	assert_string_equal(attempt_who(who, sizeof(who), &a), "python3 send.py");
	assert_string_equal(attempt_who(who, sizeof(who), &u), "an unknown program");
	memset(u.k.comm, 'x', FENCE_COMM);
	assert_string_equal(attempt_who(who, sizeof(who), &u), "xxxxxxxxxxxxxxxx");
	attempt_clear(&a);
	attempt_clear(&u);
}

static void hostile_names_are_inert(void **state)
{
	struct attempt a = sample_hostile();
	char who[200];

	(void)state;
	attempt_who(who, sizeof(who), &a);
	for (const char *s = who; *s; s++)
		assert_true((unsigned char)*s >= ' ' && (unsigned char)*s < 0x7f);
	attempt_clear(&a);
}

static void each_result_has_its_word(void **state)
{
	static const struct {
		uint8_t verdict, action, reason;
		const char *word;
	} cases[] = {
		{ VERDICT_ALLOWED, ACTION_ALLOW, REASON_EXEMPTION, "allowed" },
		{ VERDICT_ALLOWED, ACTION_LIMIT, REASON_RULE, "allowed" },
		{ VERDICT_DENIED, ACTION_DROP, REASON_RULE, "blocked" },
		{ VERDICT_DENIED, ACTION_LIMIT, REASON_LIMIT, "blocked" },
		{ VERDICT_DENIED, ACTION_ANSWER, REASON_NO_RELAY, "blocked" },
		{ VERDICT_REDIRECTED, ACTION_REDIRECT, REASON_RULE, "redirected" },
		{ VERDICT_ANSWERED, ACTION_ANSWER, REASON_RULE, "answered" },
		{ VERDICT_AUDITED, ACTION_BLOCK, REASON_DEFAULT, "would be blocked" },
		{ VERDICT_AUDITED, ACTION_LIMIT, REASON_LIMIT, "would be blocked" },
		{ VERDICT_AUDITED, ACTION_REDIRECT, REASON_RULE, "would be redirected" },
		{ VERDICT_AUDITED, ACTION_ANSWER, REASON_RULE, "would be answered" },
		{ VERDICT_AUDITED, ACTION_REDIRECT, REASON_NO_RELAY, "would be blocked" },
		{ VERDICT_COUNT, ACTION_BLOCK, REASON_RULE, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct attempt a = { .k = { .verdict = cases[i].verdict,
					     .action = cases[i].action,
					     .reason = cases[i].reason } };

		assert_string_equal(attempt_result(&a), cases[i].word);
	}
}

static void where_it_went_instead(void **state)
{
	struct attempt a = sample_redirected(), b = sample_attempt();
	char to[80];

	(void)state;
	assert_string_equal(attempt_sent(to, &a), "127.0.0.1 port 1025");
	a.k.sent_family = AF_INET6;
	a.k.sent_port = 587;
	inet_pton(AF_INET6, "2001:db8::9", a.k.sent);
	assert_string_equal(attempt_sent(to, &a), "[2001:db8::9] port 587");
	assert_null(attempt_sent(to, &b));
	attempt_clear(&a);
	attempt_clear(&b);
}

static void numbers_of_exemptions(void **state)
{
	(void)state;
	assert_int_equal(attempt_exemption(FENCE_EXEMPTION | 7), 7);
	assert_int_equal(attempt_exemption(FENCE_EXEMPTION | 32766), 32766);
	assert_int_equal(attempt_exemption(7), 0);
	assert_int_equal(attempt_exemption(FENCE_RULES - 1), 0);
	assert_int_equal(attempt_exemption(FENCE_NO_RULE), 0);
}

static void every_value_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(attempt_verdict_name(VERDICT_AUDITED), "audited");
	assert_null(attempt_verdict_name(VERDICT_COUNT));
	assert_string_equal(attempt_verdict_name(VERDICT_ANSWERED), "answered");
	assert_string_equal(attempt_hook_name(HOOK_EGRESS), "egress");
	assert_string_equal(attempt_hook_name(HOOK_PEER6), "peer6");
	assert_null(attempt_hook_name(HOOK_COUNT));
	assert_string_equal(attempt_reason_name(REASON_DEPTH), "depth");
	assert_string_equal(attempt_reason_name(REASON_NO_RELAY), "no_relay");
	assert_null(attempt_reason_name(REASON_COUNT));
	assert_string_equal(attempt_outcome_name(OUTCOME_NO_ANSWER), "no_answer");
	assert_null(attempt_outcome_name(OUTCOME_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_read_names),
		cmocka_unit_test(hostile_names_are_inert),
		cmocka_unit_test(each_result_has_its_word),
		cmocka_unit_test(where_it_went_instead),
		cmocka_unit_test(numbers_of_exemptions),
		cmocka_unit_test(every_value_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
