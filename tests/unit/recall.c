/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line read back gives the same line; what is no event of ours is refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "attempts.h"
#include "line.h"
#include "recall.h"

static const char *rule_name(const void *arg, uint16_t rule)
{
	(void)rule;
	return arg;
}

static char *line_of(const struct attempt *a, const char *profile, const char *rule)
{
	struct line_context c = { profile, rule_name, rule };
	char *line = NULL;
	size_t n;
	FILE *to = open_memstream(&line, &n);

	assert_int_equal(line_json(a, &c, to), 0);
	fclose(to);
	return line;
}

/* Lines for tests/style/schema.sh, which checks them against data/event.schema.json. */
static void keep(const char *line)
{
	const char *path = getenv("SMTPFENCE_TEST_EVENTS");
	FILE *to = path ? fopen(path, "ae") : NULL;

	if (!to)
		return;
	fputs(line, to);
	fclose(to);
}

static void goes_round(struct attempt a, const char *profile, const char *rule)
{
	char *once = line_of(&a, profile, rule), *twice;
	struct recalled r;
	const char *why;

	keep(once);
	assert_int_equal(recall_line(once, strlen(once), &r, &why), 0);
	assert_int_equal(r.attempt.k.start_ns, a.k.start_ns);
	assert_int_equal(r.attempt.k.err, a.k.err);
	twice = line_of(&r.attempt, r.profile, r.rule);
	assert_string_equal(once, twice);
	recall_clear(&r);
	attempt_clear(&a);
	free(once);
	free(twice);
}

static void lines_go_round(void **state)
{
	struct attempt a = sample_attempt();

	(void)state;
	a.k.rule = 0;
	goes_round(a, "digitalocean", "office relay");
	goes_round(sample_attempt(), NULL, NULL);
	goes_round(sample_unknown(), "strict", NULL);
	a = sample_hostile();
	a.k.rule = 1023;
	goes_round(a, "\xff\n", "\x1b\xff");
	a = sample_attempt();
	subject_drop(a.subject);
	a.subject = NULL;
	goes_round(a, "aws", NULL);
	a = sample_attempt();
	a.subject->head.ancestors = 0;
	a.subject->head.exe_deleted = a.subject->head.argv_cut = 1;
	a.subject->head.cgroup = 17;
	a.k.mapped = 1;
	goes_round(a, "aws", NULL);
}

static void every_value_goes_round(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < OUTCOME_COUNT; i++) {
		struct attempt a = sample_allowed(465, i);

		a.outcome.syns = 4;
		a.outcome.elapsed_ns = 7003000000;
		a.outcome.err = ECONNREFUSED;
		goes_round(a, "observe", NULL);
	}
	for (uint8_t i = 0; i < REASON_COUNT; i++) {
		struct attempt a = sample_attempt();

		a.k.reason = i;
		a.k.hook = i % HOOK_COUNT;
		a.k.target = i % CLASS_COUNT;
		a.k.action = i % ACTION_COUNT;
		a.k.verdict = i % VERDICT_COUNT;
		a.k.enforce = i & 1;
		a.k.err = i % 2 ? EPERM : EHOSTUNREACH;
		goes_round(a, "gcp", NULL);
	}
}

static void diverted_and_exempted_go_round(void **state)
{
	struct attempt a = sample_redirected();

	(void)state;
	goes_round(a, "aws", "to the catcher");
	a = sample_redirected();
	a.k.verdict = VERDICT_ANSWERED;
	a.k.action = ACTION_ANSWER;
	a.k.sent_family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::9", a.k.sent);
	goes_round(a, "aws", NULL);
	a = sample_allowed(25, OUTCOME_REFUSED);
	a.k.reason = REASON_EXEMPTION;
	a.k.rule = FENCE_EXEMPTION | 32766;
	goes_round(a, "aws", NULL);
	a = sample_attempt();
	a.k.action = ACTION_LIMIT;
	a.k.reason = REASON_LIMIT;
	a.k.rule = FENCE_EXEMPTION | 1;
	goes_round(a, NULL, NULL);
}

static void they_come_back_as_they_were(void **state)
{
	struct attempt a = sample_redirected();
	struct recalled r;
	const char *why;
	char *line;

	(void)state;
	a.k.rule = FENCE_EXEMPTION | 7;
	line = line_of(&a, NULL, NULL);
	assert_int_equal(recall_line(line, strlen(line), &r, &why), 0);
	assert_int_equal(r.attempt.k.rule, a.k.rule);
	assert_int_equal(r.attempt.k.sent_port, 1025);
	assert_int_equal(r.attempt.k.sent_family, AF_INET);
	assert_memory_equal(r.attempt.k.sent, a.k.sent, sizeof(a.k.sent));
	recall_clear(&r);
	attempt_clear(&a);
	free(line);
}

static void every_millisecond_goes_round(void **state)
{
	(void)state;
	for (unsigned ms = 0; ms < 1000; ms += 9) {
		struct attempt a = sample_attempt();

		a.wall_ns = (a.wall_ns / 1000000000 * 1000 + ms) * 1000000;
		goes_round(a, "aws", NULL);
	}
}

static void a_masked_line_goes_round(void **state)
{
	struct attempt a = sample_attempt();

	(void)state;
	subject_drop(a.subject);
	a.subject = SAMPLE_SUBJECT("/usr/bin/curl",
		"curl\0-u\0b:c\0--mail-from\0a@b.c\0--token=x\0-pX\0x://u:p@h/\0\0");
	goes_round(a, "linode", NULL);
}

static const struct {
	const char *from, *to, *why;
} broken[] = {
	{ "\"schema\":1", "\"schema\":2", "no event of smtpfence with schema 1" },
	{ "\"smtpfence\":{", "\"other\":{", "no event of smtpfence with schema 1" },
	{ "{\"@timestamp\"", "[\"@timestamp\"", "no JSON" },
	{ "2026-11-23T", "2026-11-2aT", "@timestamp is no time" },
	{ "2026-11-23T", "2555-11-23T", "@timestamp is no time" },
	{ "2026-11-23T", "1969-11-23T", "@timestamp is no time" },
	{ ".123Z", ".1 3Z", "@timestamp is no time" },
	{ ".123Z", ".12Z", "@timestamp is no time" },
	{ "192.0.2.25", "192.0.2.256", "destination.ip is no address" },
	{ "192.0.2.25", "192.0.2.0/24", "destination.ip is no address" },
	{ "\"port\":25", "\"port\":65536", "destination.port is no port" },
	{ "\"port\":25", "\"port\":\"25\"", "destination.port is no port" },
	{ "\"verdict\":\"denied\"", "\"verdict\":\"x\"", "smtpfence.verdict is unknown" },
	{ "\"hook\":\"connect4\"", "\"hook\":4", "smtpfence.hook is unknown" },
	{ "\"mode\":\"enforce\",\"hook\":\"connect4\",\"reason\":\"default\"",
		"\"hook\":\"connect4\",\"reason\":\"x\"", "smtpfence.reason is unknown" },
	{ "\"action\":\"block\"", "\"action\":\"\"", "smtpfence.action is unknown" },
	{ "\"target_class\":\"public\"", "\"target_class\":\"x\"",
		"smtpfence.target_class is unknown" },
	{ "\"id\":\"281474976710665\"", "\"id\":0", "event.id is no id" },
	{ "\"mode\":\"enforce\"", "\"redirect\":{\"ip\":\"127.0.0.1\",\"port\":0}",
		"smtpfence.redirect is no place" },
	{ "\"mode\":\"enforce\"", "\"redirect\":{\"ip\":\"x\",\"port\":1}",
		"smtpfence.redirect is no place" },
	{ "\"mode\":\"enforce\"", "\"redirect\":[]", "smtpfence.redirect is no place" },
	{ "\"schema\":1", "\"schema\":1,\"schema\":1", "no JSON" },
};

static char *replaced(const char *line, const char *from, const char *to)
{
	const char *where = strstr(line, from);
	char *text = NULL;

	assert_non_null(where);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(where - line), line, to,
			    where + strlen(from)) > 0);
	return text;
}

static void what_is_no_event_is_refused(void **state)
{
	struct attempt a = sample_attempt();
	char *line = line_of(&a, NULL, NULL);
	struct recalled r;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		char *bad = replaced(line, broken[i].from, broken[i].to);

		assert_int_equal(recall_line(bad, strlen(bad), &r, &why), -EINVAL);
		assert_string_equal(why, broken[i].why);
		free(bad);
	}
	for (size_t n = 0; n + 1 < strlen(line); n++)
		assert_int_equal(recall_line(line, n, &r, &why), -EINVAL);
	free(line);
	attempt_clear(&a);
}

static void unknown_keys_are_ignored(void **state)
{
	struct attempt a = sample_attempt();
	char *line = line_of(&a, "aws", NULL);
	char *more = replaced(line, "\"smtpfence\":{", "\"new\":[1],\"smtpfence\":{\"new\":{},");
	struct recalled r;
	const char *why;

	(void)state;
	assert_int_equal(recall_line(more, strlen(more), &r, &why), 0);
	assert_string_equal(r.profile, "aws");
	assert_null(r.rule);
	recall_clear(&r);
	free(line);
	free(more);
	attempt_clear(&a);
}

static void strange_members_do_no_harm(void **state)
{
	static const char *const to[][2] = {
		{ "\"pid\":4711", "\"pid\":-1" },
		{ "\"sequence\":9", "\"sequence\":-9" },
		{ "\"exec_id\":3",
			"\"outcome\":{\"elapsed_ms\":9223372036854775807},\"exec_id\":3" },
		{ "\"args\":[\"python3\"", "\"args_hex\":\"6\",\"args\":[7" },
		{ "\"args\":[", "\"args_hex\":\"61\",\"args\":[" },
		{ "\"name\":\"python3\"", "\"name_hex\":\"6100620a\",\"name\":{}" },
		{ "\"ancestors\":[", "\"ancestors\":[1,2,3,4,5,6,7,8,9,10," },
		{ "\"ruleset\":\"", "\"ruleset\":\"zz" },
		{ "\"start_ns\":\"", "\"start_ns\":\"-" },
		{ "\"mode\":", "\"exemption\":{\"id\":\"e0\"},\"mode\":" },
		{ "\"mode\":", "\"exemption\":{\"id\":\"e32767\"},\"mode\":" },
		{ "\"mode\":", "\"exemption\":{\"id\":7},\"mode\":" },
		{ "\"mode\":", "\"exemption\":[],\"mode\":" },
	};
	struct attempt a = sample_attempt();
	char *line = line_of(&a, "aws", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		char *strange = replaced(line, to[i][0], to[i][1]), *again, who[80];
		struct recalled r;
		const char *why;

		assert_int_equal(recall_line(strange, strlen(strange), &r, &why), 0);
		again = line_of(&r.attempt, r.profile, r.rule);
		attempt_who(who, sizeof(who), &r.attempt);
		recall_clear(&r);
		assert_int_equal(recall_line(again, strlen(again), &r, &why), 0);
		recall_clear(&r);
		free(strange);
		free(again);
	}
	free(line);
	attempt_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_go_round),
		cmocka_unit_test(every_value_goes_round),
		cmocka_unit_test(diverted_and_exempted_go_round),
		cmocka_unit_test(they_come_back_as_they_were),
		cmocka_unit_test(every_millisecond_goes_round),
		cmocka_unit_test(a_masked_line_goes_round),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(unknown_keys_are_ignored),
		cmocka_unit_test(strange_members_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
