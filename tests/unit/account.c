/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One incident in words: singular, plural, unknown and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "account.h"
#include "attempts.h"

static const struct profile somewhere = {
	.name = "x", .provider = "Somewhere", .effect = EFFECT_DROP, .after_s = 134
};

static void add(struct incidents *s, struct attempt a, const struct incident **i)
{
	bool fresh;

	assert_int_equal(incident_add(s, &a, NULL, NULL, i, &fresh), 0);
	incident_settle(s, &a);
	attempt_clear(&a);
}

static struct incidents *start(void)
{
	struct incidents *s = NULL;

	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(incident_init(&s), 0);
	return s;
}

static void one_attempt(void **state)
{
	struct incidents *s = start();
	struct attempt a = sample_attempt();
	char text[ACCOUNT_TEXT];
	const struct incident *i;

	(void)state;
	a.k.uid = 4000000001; /* nobody has that */
	add(s, a, &i);
	assert_string_equal(account_name(text, i), "python3 send.py  ->  192.0.2.25, port 25");
	assert_string_equal(account_who(text, i),
		"pid 4711, user 4000000001, in /home/alice/shop, started by bash (4698)");
	assert_string_equal(account_when(text, i), "2026-11-23 15:02:11 +00:00, once");
	assert_string_equal(account_saw(text, i, &somewhere),
		"\"Connection timed out\" at once (at Somewhere: after about 134 s)");
	assert_string_equal(account_saw(text, i, NULL), "\"Connection timed out\" at once");
	incident_free(s);
}

static void many_attempts(void **state)
{
	struct incidents *s = start();
	char text[ACCOUNT_TEXT];
	const struct incident *i;

	(void)state;
	for (unsigned n = 0; n < 1200; n++) {
		struct attempt a = sample_attempt();

		a.k.uid = ~0U;
		a.k.daddr[0] += htonl(n % 2);
		a.k.tgid += n % 3;
		a.wall_ns += n * 1000000000ULL;
		add(s, a, &i);
	}
	assert_string_equal(account_name(text, i), "python3 send.py  ->  2 addresses, port 25");
	assert_non_null(strstr(account_who(text, i), "3 processes, the first pid 4711, in /home"));
	assert_string_equal(account_when(text, i),
		"2026-11-23 15:02:11 +00:00 to 2026-11-23 15:22:10 +00:00, 1,200 times");
	incident_free(s);
}

static void nobody_known(void **state)
{
	struct incidents *s = start();
	char text[ACCOUNT_TEXT];
	const struct incident *i;

	(void)state;
	add(s, sample_unknown(), &i);
	assert_string_equal(account_name(text, i), "an unknown program  ->  2001:db8::25, port 25");
	assert_string_equal(account_who(text, i),
		"not known: no process could be named; a packet on its own, without connect()");
	assert_string_equal(account_saw(text, i, &somewhere),
		"no answer, as if its request had been lost (at Somewhere: a time-out after about 134 s)");
	incident_free(s);
}

static void we_are_not_who_started_it(void **state)
{
	struct incidents *s = start();
	struct attempt a = sample_attempt();
	char text[ACCOUNT_TEXT];
	const struct incident *i;

	(void)state;
	memcpy(a.subject->head.ancestor[0].comm, "smtpfence", 10);
	add(s, a, &i);
	assert_non_null(strstr(account_who(text, i), "started by systemd (1)"));
	a = sample_attempt();
	a.k.dport = 26;
	a.subject->head.ancestors = 1;
	memcpy(a.subject->head.ancestor[0].comm, "smtpfence", 10);
	add(s, a, &i);
	assert_non_null(strstr(account_who(text, i), "started by smtpfence (4698)"));
	incident_free(s);
}

static void outcomes(void **state)
{
	static const struct {
		uint8_t outcome;
		uint32_t syns;
		uint64_t ms;
		const char *want;
	} cases[] = {
		{ OUTCOME_UNKNOWN, 0, 0, "not known" },
		{ OUTCOME_CONNECTED, 1, 41, "connected after 41 ms" },
		{ OUTCOME_REFUSED, 1, 0, "refused after 0 ms" },
		{ OUTCOME_UNREACHABLE, 1, 1000, "unreachable after 1 s" },
		{ OUTCOME_NO_ANSWER, 4, 7003, "no answer to 4 requests (SYN), 7 s" },
		{ OUTCOME_NO_ANSWER, 1, 900, "no answer to 1 request (SYN), 900 ms" },
		{ OUTCOME_NO_ANSWER, 0, 10000, "no answer, 10 s" },
	};
	char text[ACCOUNT_TEXT];
	const struct incident *i;

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct attempt a = sample_allowed(587, cases[n].outcome);
		struct incidents *s = start();

		a.outcome.syns = cases[n].syns;
		a.outcome.elapsed_ns = cases[n].ms * 1000000;
		add(s, a, &i);
		assert_string_equal(account_outcome(text, i), cases[n].want);
		incident_free(s);
	}
}

static void outcomes_of_many(void **state)
{
	struct incidents *s = start();
	char text[ACCOUNT_TEXT];
	const struct incident *i;
	struct attempt a;
	bool fresh;

	(void)state;
	for (unsigned n = 0; n < 5; n++)
		add(s, sample_allowed(25, n == 4 ? OUTCOME_NO_ANSWER : OUTCOME_CONNECTED), &i);
	a = sample_allowed(25, OUTCOME_CONNECTED);
	assert_int_equal(incident_add(s, &a, NULL, NULL, &i, &fresh), 0); /* not settled */
	attempt_clear(&a);
	assert_string_equal(
		account_outcome(text, i), "4 connected, 1 without an answer, 1 not known");
	incident_free(s);
}

static void hostile_names_are_inert(void **state)
{
	struct incidents *s = start();
	char text[2][ACCOUNT_TEXT];
	const struct incident *i;

	(void)state;
	add(s, sample_hostile(), &i);
	account_name(text[0], i);
	account_who(text[1], i);
	for (int n = 0; n < 2; n++)
		for (const char *c = text[n]; *c; c++)
			assert_true((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f);
	incident_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_attempt),
		cmocka_unit_test(many_attempts),
		cmocka_unit_test(nobody_known),
		cmocka_unit_test(we_are_not_who_started_it),
		cmocka_unit_test(outcomes),
		cmocka_unit_test(outcomes_of_many),
		cmocka_unit_test(hostile_names_are_inert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
