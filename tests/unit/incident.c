/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What belongs to one incident and what does not, and its counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "attempts.h"
#include "incident.h"

/* Adds and clears the attempt; which incident, by its place. */
static size_t add(struct incidents *s, struct attempt *a)
{
	const struct incident *i;
	size_t before = incident_count(s);
	bool fresh;

	assert_int_equal(incident_add(s, a, "aws", "office", &i, &fresh), 0);
	assert_int_equal(fresh, incident_count(s) > before);
	incident_settle(s, a);
	attempt_clear(a);
	return i->id;
}

static void retries_are_one_incident(void **state)
{
	struct incidents *s = NULL;
	const struct incident *i;

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	for (unsigned n = 0; n < 1000; n++) {
		struct attempt a = sample_attempt();

		a.wall_ns += (n * 7 % 1000) * 1000000000ULL;
		a.k.daddr[0] += htonl(n % 5);
		a.k.tgid += n % 3;
		assert_int_equal(add(s, &a), 1);
	}
	i = incident_at(s, 0);
	assert_int_equal(incident_count(s), 1);
	assert_int_equal(i->count, 1000);
	assert_int_equal(i->targets, 5);
	assert_int_equal(i->processes, 3);
	assert_int_equal(i->first_ns, SAMPLE_WALL_NS);
	assert_int_equal(i->last_ns, SAMPLE_WALL_NS + 999000000000ULL);
	assert_string_equal(i->profile, "aws");
	assert_string_equal(i->rule, "office");
	assert_string_equal(i->first.cgroup, "/user.slice/smtpfence-4700");
	assert_int_equal(i->outcomes[OUTCOME_UNKNOWN], 0);
	incident_free(s);
}

static void differ(size_t id, struct incidents *s, struct attempt a)
{
	assert_int_equal(add(s, &a), id);
	assert_int_equal(incident_count(s), id);
}

static void what_differs_is_another(void **state)
{
	struct incidents *s = NULL;
	struct attempt a;
	size_t id = 0;

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	differ(++id, s, sample_attempt());
	differ(++id, s, (a = sample_attempt(), a.k.uid++, a));
	differ(++id, s, (a = sample_attempt(), a.k.cgroup++, a));
	differ(++id, s, (a = sample_attempt(), a.k.dport = 587, a));
	differ(++id, s, (a = sample_attempt(), a.k.target = CLASS_PRIVATE, a));
	differ(++id, s, (a = sample_attempt(), a.k.verdict = VERDICT_AUDITED, a));
	differ(++id, s, (a = sample_attempt(), a.subject->exe[1] = 'x', a));
	differ(++id, s, (a = sample_attempt(), a.subject->argv[8] = 'x', a));
	differ(++id, s, sample_redirected());
	differ(++id, s, (a = sample_redirected(), a.k.sent_port++, a));
	differ(++id, s, (a = sample_redirected(), a.k.verdict = VERDICT_ANSWERED, a));
	differ(++id, s, (a = sample_redirected(), a.k.verdict = VERDICT_AUDITED, a));
	differ(++id, s, (a = sample_attempt(), a.k.rule = FENCE_EXEMPTION | 7, a));
	differ(++id, s, (a = sample_attempt(), a.k.rule = FENCE_EXEMPTION | 8, a));
	differ(++id, s, (a = sample_attempt(), a.k.reason = REASON_LIMIT, a));
	differ(++id, s, sample_unknown());
	differ(++id, s, (a = sample_unknown(), memcpy(a.k.comm, "0123456789abcdef", 16), a));
	incident_free(s);
}

static void what_does_not_tell_apart(void **state)
{
	struct incidents *s = NULL;
	struct attempt a;

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	differ(1, s, sample_attempt());
	differ(1, s, (a = sample_attempt(), a.k.tgid++, a));
	differ(1, s, (a = sample_attempt(), a.k.daddr[0]++, a));
	differ(1, s, (a = sample_attempt(), a.k.hook = HOOK_EGRESS, a));
	differ(1, s, (a = sample_attempt(), memcpy(a.k.comm, "thread-2", 9), a));
	incident_free(s);
}

static struct attempt over_limit(void)
{
	struct attempt a = sample_attempt();

	a.k.action = ACTION_LIMIT;
	a.k.reason = REASON_LIMIT;
	a.k.rule = 3;
	return a;
}

/* A cgroup has one limit by a rule, whoever in it meets it. */
static void over_one_limit_is_one_incident(void **state)
{
	struct incidents *s = NULL;
	struct attempt a;
	size_t id = 1;

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	differ(1, s, over_limit());
	differ(1, s, (a = over_limit(), a.k.uid++, a));
	differ(1, s, (a = over_limit(), a.k.dport = 587, a));
	differ(1, s, (a = over_limit(), a.k.tgid++, a));
	differ(1, s, (a = over_limit(), a.subject->exe[1] = 'x', a));
	differ(1, s, (a = over_limit(), a.k.target = CLASS_PRIVATE, a));
	differ(++id, s, (a = over_limit(), a.k.rule++, a));
	differ(++id, s, (a = over_limit(), a.k.cgroup++, a));
	differ(++id, s, (a = over_limit(), a.k.policy++, a)); /* rule 3 is another there */
	differ(++id, s, (a = over_limit(), a.k.verdict = VERDICT_AUDITED, a));
	differ(++id, s, (a = over_limit(), a.k.rule = FENCE_EXEMPTION | 3, a));
	differ(id, s, (a = over_limit(), a.k.rule = FENCE_EXEMPTION | 3, a.k.policy++, a));
	assert_int_equal(incident_at(s, 0)->count, 6);
	incident_free(s);
}

static void addresses_of_two_families_differ(void **state)
{
	struct incidents *s = NULL;
	struct attempt a = sample_attempt();

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	add(s, &a);
	a = sample_attempt();
	a.k.family = AF_INET6;
	add(s, &a);
	assert_int_equal(incident_at(s, 0)->targets, 2);
	incident_free(s);
}

static void outcomes_are_counted(void **state)
{
	struct incidents *s = NULL;
	struct attempt a;
	const struct incident *i;

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	for (unsigned n = 0; n < 10; n++) {
		a = sample_allowed(587, n % OUTCOME_COUNT);
		a.k.id += n;
		add(s, &a);
	}
	i = incident_at(s, 0);
	for (unsigned n = 0; n < OUTCOME_COUNT; n++)
		assert_int_equal(i->outcomes[n], 2);
	assert_int_equal(i->first.outcome.outcome, OUTCOME_UNKNOWN);
	assert_null(incident_at(s, 1));
	incident_free(s);
}

static void they_are_bounded(void **state)
{
	struct incidents *s = NULL;
	const struct incident *last, *i;
	bool fresh;
	struct attempt a = sample_unknown();

	(void)state;
	assert_int_equal(incident_init(&s), 0);
	for (unsigned n = 0; n < INCIDENTS_MOST + 10; n++) {
		a.k.uid = n;
		assert_int_equal(incident_add(s, &a, NULL, NULL, &i, &fresh), 0);
		assert_int_equal(fresh, n < INCIDENTS_MOST);
	}
	assert_int_equal(incident_count(s), INCIDENTS_MOST);
	last = incident_at(s, INCIDENTS_MOST - 1);
	assert_true(last->others);
	assert_int_equal(last->count, 11);
	a.k.uid = 17;
	assert_int_equal(incident_add(s, &a, NULL, NULL, &i, &fresh), 0);
	assert_int_equal(i->id, 18);
	attempt_clear(&a);
	incident_free(s);
	incident_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retries_are_one_incident),
		cmocka_unit_test(what_differs_is_another),
		cmocka_unit_test(what_does_not_tell_apart),
		cmocka_unit_test(over_one_limit_is_one_incident),
		cmocka_unit_test(addresses_of_two_families_differ),
		cmocka_unit_test(outcomes_are_counted),
		cmocka_unit_test(they_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
