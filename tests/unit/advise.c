/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Advice: the words for each situation, and for no profile a port that it shuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "advise.h"
#include "attempts.h"

#define SHUT_AT "At DigitalOcean nothing gets out on ports 25, 465 and 587."

/* An incident of one attempt. */
struct made {
	struct incidents *set;
	const struct incident *one;
};

static struct made make(struct attempt a, const char *rule)
{
	struct made m = { 0 };
	bool fresh;

	assert_int_equal(incident_init(&m.set), 0);
	assert_int_equal(incident_add(m.set, &a, NULL, rule, &m.one, &fresh), 0);
	incident_settle(m.set, &a);
	attempt_clear(&a);
	return m;
}

static struct profile *open_profile(const char *name)
{
	struct profile *p = NULL;

	setenv("SMTPFENCE_DATA", "data", 1);
	assert_int_equal(profile_open(name, &p), 0);
	return p;
}

static const struct {
	const char *profile; /* NULL none */
	uint16_t port;
	uint8_t verdict, reason, class, outcome;
	const char *why, *change; /* what they hold */
} cases[] = {
	{ "digitalocean", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0,
		SHUT_AT " It is neither a bug in the program nor a wrong password.",
		"At DigitalOcean 587 and 465 are shut too, so changing to them won't help.\n"
		"If this is your mail service (relay): use its port 2525 with STARTTLS and a login, or "
		"its HTTPS API (443). Port 2525 works only where" },
	{ "digitalocean", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, SHUT_AT,
		"\nIf it is a recipient's mail server: no other port will work there; hand the mail "
		"to a mail service (relay) instead." },
	{ "digitalocean", 587, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, SHUT_AT,
		"If your mail service has it: its port 2525 with STARTTLS and a login, or its HTTPS" },
	{ "digitalocean", 465, VERDICT_AUDITED, REASON_DEFAULT, CLASS_PUBLIC, 0,
		"wrong password. Here it was let through and recorded (audit).", "its HTTPS API" },
	{ "aws", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0,
		"nothing gets out on port 25. It is",
		"If this is your mail service (relay): use port 587 with STARTTLS and a login, or port "
		"465 with implicit TLS and a login." },
	{ "azure", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, "At Microsoft Azure",
		"use port 587 with STARTTLS and a login.\n" },
	{ "hetzner-cloud", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, "ports 25 and 465",
		"At Hetzner Cloud 465 is shut too.\nIf this is your mail service (relay): use port 587 "
		"with STARTTLS and a login. A client" },
	{ "hetzner-cloud", 465, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, "ports 25 and 465",
		"The same mail service and login, on port 587 with STARTTLS." },
	{ "strict", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0,
		"ports 25, 26, 465, 587 and 2525", "use its HTTPS API (443)." },
	{ "strict", 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, "",
		"587, 465 and 2525 are shut too, so changing to them won't help." },
	{ "strict", 26, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, "", "recipient's" },
	{ "strict", 2525, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0, "",
		"If your mail service has it: its HTTPS API (443)." },
	{ "aws", 587, VERDICT_DENIED, REASON_RULE, CLASS_PUBLIC, 0,
		"It is stopped by the policy's rule \"no \\x1b mail\".",
		"This is a decision of the policy's rule \"no \\x1b mail\", not of a provider." },
	{ "aws", 25, VERDICT_DENIED, REASON_RULE, CLASS_PRIVATE, 0, "stopped by", "a decision of" },
	{ "aws", 25, VERDICT_DENIED, REASON_RULE, CLASS_PUBLIC, 0, "stopped by", "port 587 with" },
	{ "aws", 25, VERDICT_DENIED, REASON_NO_MARK, CLASS_PUBLIC, 0, "no room to be marked",
		"587" },
	{ "aws", 25, VERDICT_DENIED, REASON_DEPTH, CLASS_PUBLIC, 0, "deeper than is judged",
		"587" },
	{ NULL, 25, VERDICT_DENIED, REASON_DEFAULT, CLASS_PUBLIC, 0,
		"The policy stops what no rule of it allows.", "Ask who wrote it" },
	{ "aws", 587, VERDICT_ALLOWED, REASON_OPEN, CLASS_PUBLIC, OUTCOME_CONNECTED,
		"Port 587 is open at ", "Nothing: this port is open at " },
	{ "aws", 25, VERDICT_ALLOWED, REASON_RULE, CLASS_PUBLIC, OUTCOME_NO_ANSWER, "allowed by",
		"no exemption. It was let through here and got no answer:" },
	{ "aws", 25, VERDICT_ALLOWED, REASON_SCOPE, CLASS_PRIVATE, OUTCOME_REFUSED,
		"the way to public addresses; this is none", "The other side refused" },
	{ "aws", 25, VERDICT_ALLOWED, REASON_SCOPE, CLASS_LOOPBACK, 0, "", "on this machine" },
	{ "observe", 25, VERDICT_ALLOWED, REASON_OPEN, CLASS_PUBLIC, 0,
		"Nothing was blocked: without a profile", "--profile generic-cloud" },
	{ NULL, 25, VERDICT_ALLOWED, REASON_OPEN, CLASS_PUBLIC, 0, "only recorded", "--profile" },
	{ NULL, 587, VERDICT_ALLOWED, REASON_OPEN, CLASS_PUBLIC, 0, "", "some shut this port too" },
};

/* What no rule's allow or block but another order of it came to. */
static const struct {
	const char *profile; /* NULL none */
	uint8_t verdict, action, reason;
	uint16_t rule;
	const char *why, *change;
} orders[] = {
	{ "aws", VERDICT_REDIRECTED, ACTION_REDIRECT, REASON_RULE, 3,
		"It is sent elsewhere by the policy's rule 4, to 127.0.0.1 port 1025.",
		"Nothing here. At AWS, where nothing redirects it, port 25 is shut to" },
	{ NULL, VERDICT_AUDITED, ACTION_REDIRECT, REASON_RULE, 3,
		"sent elsewhere by the policy's rule 4, to 127.0.0.1 port 1025. Here it was let through",
		"Nothing here." },
	{ "aws", VERDICT_ANSWERED, ACTION_ANSWER, REASON_RULE, 0,
		"This machine answers in the other side's place, by the policy's rule 1.",
		"port 587 with STARTTLS" },
	{ "aws", VERDICT_DENIED, ACTION_REDIRECT, REASON_NO_RELAY, 0,
		"elsewhere by the policy's rule 1, which names no place to go by IPv4; so it is stopped.",
		"port 587 with STARTTLS" },
	{ "aws", VERDICT_AUDITED, ACTION_ANSWER, REASON_NO_RELAY, 0,
		"policy's rule 1 to be answered, and no responder runs here; so it is stopped. Here",
		"port 587 with STARTTLS" },
	{ "aws", VERDICT_DENIED, ACTION_LIMIT, REASON_LIMIT, 1,
		"over the limit of the policy's rule 2, and stopped until the limit's window ends.",
		"Send more slowly" },
	{ NULL, VERDICT_DENIED, ACTION_LIMIT, REASON_LIMIT, FENCE_EXEMPTION | 7,
		"over the limit of exemption e7,", "Send more slowly" },
	{ "aws", VERDICT_ALLOWED, ACTION_ALLOW, REASON_EXEMPTION, FENCE_EXEMPTION | 7,
		"It is allowed by exemption e7.", "shut to those who have no exemption" },
	{ "aws", VERDICT_DENIED, ACTION_BLOCK, REASON_EXEMPTION, FENCE_EXEMPTION | 8,
		"It is stopped by the emergency block e8.", "port 587 with STARTTLS" },
	{ NULL, VERDICT_DENIED, ACTION_BLOCK, REASON_EXEMPTION, FENCE_EXEMPTION | 8,
		"It is stopped by the emergency block e8.", "decision of the emergency block e8." },
};

static void holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("\"%s\" does not hold \"%s\"\n", text, part);
	assert_non_null(strstr(text, part));
}

static void words_fit_the_situation(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct profile *p = cases[n].profile ? open_profile(cases[n].profile) : NULL;
		struct attempt a = sample_allowed(cases[n].port, cases[n].outcome);
		char text[ADVISE_TEXT];
		struct made m;

		a.k.verdict = cases[n].verdict;
		a.k.reason = cases[n].reason;
		a.k.target = cases[n].class;
		m = make(a, cases[n].reason == REASON_RULE ? "no \x1b mail" : NULL);
		holds(advise_why(text, m.one, p), cases[n].why);
		holds(advise_change(text, m.one, p), cases[n].change);
		incident_free(m.set);
		profile_free(p);
	}
}

static void each_order_has_its_words(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(orders) / sizeof(orders[0]); n++) {
		struct profile *p = orders[n].profile ? open_profile(orders[n].profile) : NULL;
		struct attempt a = sample_redirected();
		char text[ADVISE_TEXT];
		struct made m;

		a.k.verdict = orders[n].verdict;
		a.k.action = orders[n].action;
		a.k.reason = orders[n].reason;
		a.k.rule = orders[n].rule;
		m = make(a, NULL);
		holds(advise_why(text, m.one, p), orders[n].why);
		holds(advise_change(text, m.one, p), orders[n].change);
		incident_free(m.set);
		profile_free(p);
	}
}

/* A provider that shuts one family only: the other way is none of its business, and the sentence says which. */
static void a_profile_of_one_family_names_it(void **state)
{
	static const struct {
		enum family shut;
		uint8_t tried;
		const char *why;
	} one[] = {
		{ FAMILY_V4, AF_INET6, "What is shut at AWS is the way over IPv4; this is IPv6." },
		{ FAMILY_V6, AF_INET, "What is shut at AWS is the way over IPv6; this is IPv4." },
	};
	struct profile *p = open_profile("aws");

	(void)state;
	for (size_t n = 0; n < sizeof(one) / sizeof(one[0]); n++) {
		struct attempt a = sample_allowed(25, OUTCOME_CONNECTED);
		char text[ADVISE_TEXT];
		struct made m;

		p->family = one[n].shut;
		a.k.family = one[n].tried;
		a.k.reason = REASON_SCOPE;
		m = make(a, NULL);
		assert_string_equal(advise_why(text, m.one, p), one[n].why);
		incident_free(m.set);
	}
	profile_free(p);
}

/* True when the sentence names the port as a number of its own. */
static bool names_port(const char *sentence, size_t n, uint16_t port)
{
	char want[8];
	size_t digits = (size_t)snprintf(want, sizeof(want), "%u", port);

	for (size_t i = 0; i + digits <= n; i++)
		if (!strncmp(sentence + i, want, digits) &&
			(!i || !strchr("0123456789", sentence[i - 1])) &&
			(i + digits == n || !strchr("0123456789", sentence[i + digits])))
			return true;
	return false;
}

/* A sentence of the advice that names a port which the profile blocks must say that it is shut. */
static void never_recommends_blocked(char *text, const struct profile *p)
{
	char *note = p->hint_note ? strstr(text, p->hint_note) : NULL;

	if (note) /* the profile's own words */
		memset(note, ' ', strlen(p->hint_note));
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, ".\n");
		char *sentence = strndup(s, n);

		for (unsigned i = 0; i < p->blocked_n; i++)
			if (names_port(sentence, n, p->blocked[i]) && !strstr(sentence, "shut")) {
				print_error("%s: \"%s\"\n", p->name, sentence);
				fail();
			}
		free(sentence);
		s += n + (s[n] != '\0');
	}
}

static void try_all(const struct profile *p, uint16_t port)
{
	for (unsigned n = 0; n < VERDICT_COUNT * REASON_COUNT * CLASS_COUNT; n++) {
		struct attempt a = sample_allowed(port, OUTCOME_NO_ANSWER);
		char text[ADVISE_TEXT];
		struct made m;

		a.k.verdict = n % VERDICT_COUNT;
		a.k.reason = n / VERDICT_COUNT % REASON_COUNT;
		a.k.target = n / VERDICT_COUNT / REASON_COUNT;
		a.k.action = n % ACTION_COUNT;
		m = make(a, NULL);
		assert_true(strlen(advise_change(text, m.one, p)) > 10);
		never_recommends_blocked(text, p);
		assert_true(strlen(advise_why(text, m.one, p)) > 10);
		assert_true(strlen(advise_to(text, m.one, p)) > 10);
		incident_free(m.set);
	}
}

static void no_profile_is_told_a_shut_port(void **state)
{
	static const uint16_t ports[] = { 25, 26, 465, 587, 2525 };
	char **names = NULL;
	size_t n = 0;

	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	assert_int_equal(profile_list(&names, &n), 0);
	assert_true(n >= 10);
	for (size_t i = 0; i < n; i++) {
		struct profile *p = open_profile(names[i]);

		for (size_t k = 0; k < sizeof(ports) / sizeof(ports[0]); k++)
			try_all(p, ports[k]);
		profile_free(p);
		free(names[i]);
	}
	free(names);
}

static void targets_are_named_by_class(void **state)
{
	struct attempt a = sample_attempt();
	char text[ADVISE_TEXT];
	struct made m = make(a, NULL);
	const struct incident *i;
	bool fresh;

	(void)state;
	assert_string_equal(advise_to(text, m.one, NULL),
		"192.0.2.25, a public address; its name and role are not known");
	a = sample_attempt();
	a.k.daddr[0]++;
	assert_int_equal(incident_add(m.set, &a, NULL, NULL, &i, &fresh), 0);
	assert_string_equal(advise_to(text, i, NULL),
		"2 public addresses, the first 192.0.2.25; their names and roles are not known");
	attempt_clear(&a);
	incident_free(m.set);
	a = sample_attempt();
	a.k.target = CLASS_OWN;
	m = make(a, NULL);
	assert_string_equal(advise_to(text, m.one, NULL), "192.0.2.25, an address of this machine");
	incident_free(m.set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_fit_the_situation),
		cmocka_unit_test(each_order_has_its_words),
		cmocka_unit_test(a_profile_of_one_family_names_it),
		cmocka_unit_test(no_profile_is_told_a_shut_port),
		cmocka_unit_test(targets_are_named_by_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
