/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The report as people read it and as JSON: whole screens, many incidents, hostile names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include <jansson.h>

#include "attempts.h"
#include "report.h"

static char *const blind[] = { "mail handed to a local mail server, to docker or to systemd: those "
			       "connect outside this command",
	"\x1b]0;x\x07" };

static void add(struct incidents *s, struct attempt a, const char *profile)
{
	const struct incident *i;
	bool fresh;

	assert_int_equal(incident_add(s, &a, profile, NULL, &i, &fresh), 0);
	incident_settle(s, &a);
	attempt_clear(&a);
}

static struct report start(const char *profile)
{
	struct incidents *s = NULL;
	struct profile *p = NULL;

	setenv("TZ", "UTC", 1);
	setenv("SMTPFENCE_DATA", "data", 1);
	tzset();
	assert_int_equal(incident_init(&s), 0);
	if (profile)
		assert_int_equal(profile_open(profile, &p), 0);
	return (struct report){ .incidents = s, .profile = p, .blind = blind, .blind_n = 1 };
}

static void end(struct report *r)
{
	incident_free((struct incidents *)r->incidents);
	profile_free((struct profile *)r->profile);
}

static struct incidents *set_of(struct report *r)
{
	return (struct incidents *)r->incidents;
}

/* Written by `put`; inert, and as text within 80 columns. Owned. */
static char *written(const struct report *r, int (*put)(const struct report *, FILE *))
{
	char *text = NULL;
	size_t n = 0, column = 0;
	FILE *to = open_memstream(&text, &n);

	assert_int_equal(put(r, to), 0);
	fclose(to);
	assert_int_equal(strlen(text), n);
	for (const char *c = text; *c; c++) {
		column = *c == '\n' ? 0 : column + 1;
		assert_true(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7f));
		assert_true(put != report_text || column <= 80);
	}
	return text;
}

static void one_blocked_attempt(void **state)
{
	struct report r = start("digitalocean");
	struct attempt a = sample_attempt();
	char *text;

	(void)state;
	a.k.uid = 4000000001; /* nobody has that */
	add(set_of(&r), a, "digitalocean");
	text = written(&r, report_text);
	assert_string_equal(text,
		"smtpfence: 1 attempt to send mail, 1 blocked\n"
		"\n"
		"  blocked   python3 send.py  ->  192.0.2.25, port 25\n"
		"  why       At DigitalOcean nothing gets out on ports 25, 465 and 587. It is\n"
		"            neither a bug in the program nor a wrong password.\n"
		"  who       pid 4711, user 4000000001, in /home/alice/shop, started by bash\n"
		"            (4698)\n"
		"  to        192.0.2.25, a public address; its name and role are not known\n"
		"  when      2026-11-23 15:02:11 +00:00, once\n"
		"  saw       \"Connection timed out\" at once (at DigitalOcean: after about 134 s)\n"
		"\n"
		"  change    At DigitalOcean 587 and 465 are shut too, so changing to them won't\n"
		"            help.\n"
		"            If this is your mail service (relay): use its port 2525 with\n"
		"            STARTTLS and a login, or its HTTPS API (443). Port 2525 works only\n"
		"            where the relay listens on it; try it before you rely on it.\n"
		"            If it is a recipient's mail server: no other port will work there;\n"
		"            hand the mail to a mail service (relay) instead.\n"
		"  unblock   None is documented, and support has refused.\n"
		"\n"
		"  source    profile digitalocean, checked 2026-06, confidence B\n"
		"  blind to  mail handed to a local mail server, to docker or to systemd: those\n"
		"            connect outside this command\n");
	free(text);
	end(&r);
}

static void nothing_was_seen(void **state)
{
	struct report r = start(NULL);
	char *text;

	(void)state;
	r.audit = true;
	text = written(&r, report_text);
	assert_string_equal(text,
		"smtpfence: no attempt to send mail was seen\n"
		"\n"
		"  source    no profile: nothing was blocked, only recorded\n"
		"  blind to  mail handed to a local mail server, to docker or to systemd: those\n"
		"            connect outside this command\n");
	free(text);
	end(&r);
}

static void holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("%s\ndoes not hold \"%s\"\n", text, part);
	assert_non_null(strstr(text, part));
}

static void counts_close_the_sum(void **state)
{
	struct report r = start("aws");
	struct counts c = { .read = 2, .unread = 3 };
	char *text;

	(void)state;
	c.slot[FENCE_SLOT(VERDICT_DENIED, HOOK_CONNECT4, REASON_DEFAULT)] = 12340;
	c.slot[FENCE_SLOT(VERDICT_ALLOWED, HOOK_CONNECT6, REASON_OPEN)] = 5;
	c.slot[SLOT_SUBMITTED] = 5;
	c.slot[SLOT_SUMMARISED] = 12330;
	c.slot[SLOT_LOST] = 10;
	r.counts = &c;
	add(set_of(&r), sample_attempt(), "aws");
	add(set_of(&r), sample_allowed(587, OUTCOME_CONNECTED), "aws");
	text = written(&r, report_text);
	holds(text, "smtpfence: 12,345 attempts to send mail, 12,340 blocked, 5 allowed\n");
	holds(text, "  counted   12,345 attempts = 2 shown + 12,330 summarised + 10 lost + 3 not");
	holds(text, "  outcome   connected after 0 ms\n");
	free(text);
	end(&r);
}

static void blocked_come_first_and_many_are_short(void **state)
{
	struct report r = start("strict");
	char *text, *at;
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < 130; i++) {
		struct attempt a = i ? sample_attempt() : sample_allowed(587, OUTCOME_REFUSED);

		a.k.uid = 4000000000 + i;
		add(set_of(&r), a, "strict");
	}
	text = written(&r, report_text);
	for (at = text; (at = strstr(at, "  why  ")); at++)
		n++;
	assert_int_equal(n, 8);
	holds(text, "129 blocked, 1 allowed\n\n  blocked ");
	holds(text, "\n  blocked   python3 send.py  ->  192.0.2.25, port 25: 1 time\n");
	holds(text, "\n  and 22 more, all of them with --json\n");
	free(text);
	end(&r);
}

static void audit_and_other_profiles(void **state)
{
	struct report r = start("aws");
	struct attempt a = sample_attempt();
	char *text;

	(void)state;
	a.k.verdict = VERDICT_AUDITED;
	r.audit = r.verbose = true;
	add(set_of(&r), a, "linode"); /* not the report's: what it leaves open is not known */
	text = written(&r, report_text);
	holds(text, "1 would be blocked\n");
	holds(text, "\n  would be blocked  python3 send.py  ->");
	holds(text, "  why       The policy stops what no rule of it allows.");
	holds(text, "; in audit: nothing was");
	holds(text, "  detail    verdict audited, hook connect4, reason default, errno ETIMEDOUT,");
	holds(text, "  cgroup    /user.slice/smtpfence-4700 (4242)\n");
	free(text);
	end(&r);
}

static void diverted_ones_say_where_to(void **state)
{
	struct report r = start("aws");
	struct attempt a = sample_redirected();
	char *text;

	(void)state;
	add(set_of(&r), a, "aws");
	a = sample_redirected();
	a.k.verdict = VERDICT_ANSWERED;
	a.k.action = ACTION_ANSWER;
	add(set_of(&r), a, "aws");
	a = sample_redirected();
	a.k.verdict = VERDICT_AUDITED;
	add(set_of(&r), a, "aws");
	text = written(&r, report_text);
	holds(text, "attempts to send mail, 1 would be redirected, 1 redirected,\n"
		    "           1 answered\n");
	holds(text, "\n  redirected  python3 send.py  ->  192.0.2.25, port 25\n");
	holds(text, "\n  sent to   127.0.0.1 port 1025\n");
	holds(text, "\n  answered  python3 send.py  ->  192.0.2.25, port 25\n");
	holds(text, "\n  outcome   connected after 0 ms\n");
	assert_null(strstr(text, "unblock"));
	free(text);
	a = sample_attempt();
	a.k.verdict = VERDICT_AUDITED;
	add(set_of(&r), a, "aws");
	text = written(&r, report_text);
	holds(text, "mail, 2 would be blocked or diverted,\n"
		    "           1 redirected, 1 answered\n");
	free(text);
	end(&r);
}

static void exemptions_are_named(void **state)
{
	struct report r = start("aws");
	struct attempt a = sample_allowed(25, OUTCOME_CONNECTED);
	json_t *root, *first;
	char *text;

	(void)state;
	a.k.reason = REASON_EXEMPTION;
	a.k.rule = FENCE_EXEMPTION | 7;
	r.verbose = true;
	add(set_of(&r), a, "aws");
	add(set_of(&r), sample_redirected(), "aws");
	text = written(&r, report_text);
	holds(text, "  why       It is allowed by exemption e7.\n");
	holds(text, "reason exemption, exemption e7,");
	free(text);
	text = written(&r, report_json);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	first = json_array_get(json_object_get(root, "incidents"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "exemption")), "e7");
	assert_null(json_object_get(first, "rule"));
	first = json_array_get(json_object_get(root, "incidents"), 1);
	assert_null(json_object_get(first, "exemption"));
	assert_string_equal(
		json_string_value(json_object_get(first, "sent_to")), "127.0.0.1 port 1025");
	assert_int_equal(json_integer_value(json_object_get(root, "redirected")), 1);
	assert_int_equal(json_integer_value(json_object_get(root, "answered")), 0);
	json_decref(root);
	free(text);
	end(&r);
}

static void hostile_names_reach_no_terminal(void **state)
{
	struct report r = start("gcp");
	struct attempt a = sample_hostile();
	char line[256], *text;

	(void)state;
	report_line(line, sizeof(line), &a);
	for (const char *c = line; *c; c++)
		assert_true((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f);
	r.verbose = true;
	r.blind_n = 2;
	add(set_of(&r), a, "gcp");
	text = written(&r, report_text);
	holds(text, "\\x1b]0;x\\x07");
	assert_null(strstr(text, "\xe2\x80\xae"));
	free(text);
	end(&r);
}

static void json_is_one_valid_object(void **state)
{
	struct report r = start("digitalocean");
	struct counts c = { 0 };
	json_t *root, *first;
	char *text;

	(void)state;
	c.slot[FENCE_SLOT(VERDICT_DENIED, HOOK_CONNECT4, REASON_DEFAULT)] = 3;
	r.counts = &c;
	r.blind_n = 2;
	add(set_of(&r), sample_hostile(), "digitalocean");
	add(set_of(&r), sample_unknown(), "digitalocean");
	add(set_of(&r), sample_allowed(2525, OUTCOME_CONNECTED), "digitalocean");
	text = written(&r, report_json);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "attempts")), 3);
	assert_int_equal(json_array_size(json_object_get(root, "incidents")), 3);
	assert_int_equal(json_array_size(json_object_get(root, "blind_to")), 2);
	first = json_array_get(json_object_get(root, "incidents"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "id")), "i1");
	assert_string_equal(json_string_value(json_object_get(first, "verdict")), "denied");
	json_decref(root);
	free(text);
	end(&r);
}

static void the_live_line(void **state)
{
	struct attempt a = sample_attempt();
	char line[256];

	(void)state;
	assert_string_equal(report_line(line, sizeof(line), &a),
		"python3 send.py tried 192.0.2.25 port 25: blocked");
	attempt_clear(&a);
	a = sample_redirected();
	assert_string_equal(report_line(line, sizeof(line), &a),
		"python3 send.py tried 192.0.2.25 port 25: redirected, sent to 127.0.0.1 port 1025");
	a.k.verdict = VERDICT_ANSWERED;
	assert_string_equal(report_line(line, sizeof(line), &a),
		"python3 send.py tried 192.0.2.25 port 25: answered");
	attempt_clear(&a);
}

static void a_full_disk_is_an_error(void **state)
{
	struct report r = start("gcp");
	FILE *to = fopen("/dev/full", "we");

	(void)state;
	setvbuf(to, NULL, _IONBF, 0);
	assert_int_equal(report_text(&r, to), -EIO);
	assert_int_equal(report_json(&r, to), -EIO);
	fclose(to);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_blocked_attempt),
		cmocka_unit_test(nothing_was_seen),
		cmocka_unit_test(counts_close_the_sum),
		cmocka_unit_test(blocked_come_first_and_many_are_short),
		cmocka_unit_test(audit_and_other_profiles),
		cmocka_unit_test(diverted_ones_say_where_to),
		cmocka_unit_test(exemptions_are_named),
		cmocka_unit_test(hostile_names_reach_no_terminal),
		cmocka_unit_test(json_is_one_valid_object),
		cmocka_unit_test(the_live_line),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
