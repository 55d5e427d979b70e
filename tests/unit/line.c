/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts as JSON: what is there, what is left out, and hostile strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <jansson.h>

#include "attempts.h"
#include "line.h"

static const char *rule_name(const void *arg, uint16_t rule)
{
	return rule == 3 ? arg : NULL;
}

/* The JSON of an attempt, which is cleared; one valid line. */
static json_t *json_of(struct attempt *a, const struct line_context *c)
{
	char *line = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&line, &n);
	json_t *root;

	assert_int_equal(line_json(a, c, to), 0);
	fclose(to);
	assert_ptr_equal(strchr(line, '\n'), line + n - 1);
	for (size_t i = 0; i + 1 < n; i++)
		assert_true((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
	root = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	free(line);
	attempt_clear(a);
	return root;
}

/* The string at "process.parent.name"; NULL when there is none. */
static const char *at(json_t *o, const char *path)
{
	char key[64];
	size_t n;

	for (; o && (n = strcspn(path, ".")) && path[n]; path += n + 1) {
		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		o = json_object_get(o, key);
	}
	return json_string_value(json_object_get(o, path));
}

static void a_line_tells_the_attempt(void **state)
{
	struct line_context c = { "digitalocean", rule_name, "office" };
	struct attempt a = sample_attempt();
	json_t *root;

	(void)state;
	a.k.rule = 3;
	root = json_of(&a, &c);
	assert_string_equal(at(root, "@timestamp"), "2026-11-23T15:02:11.123Z");
	assert_string_equal(at(root, "event.action"), "connection_denied");
	assert_string_equal(at(root, "event.id"), "281474976710665");
	assert_string_equal(at(root, "process.executable"), "/usr/bin/python3.11");
	assert_string_equal(at(root, "process.command_line"), "python3 send.py");
	assert_string_equal(at(root, "process.start"), "2026-11-23T15:02:11.121Z");
	assert_string_equal(at(root, "process.parent.name"), "bash");
	assert_string_equal(at(root, "process.user.id"), "1000");
	assert_string_equal(at(root, "destination.ip"), "192.0.2.25");
	assert_string_equal(at(root, "rule.id"), "3");
	assert_string_equal(at(root, "rule.name"), "office");
	assert_string_equal(at(root, "rule.ruleset"), "4be107aa00000001");
	assert_string_equal(at(root, "smtpfence.errno"), "ETIMEDOUT");
	assert_string_equal(at(root, "smtpfence.exe_ino"), "18446744073709551615");
	assert_string_equal(at(root, "smtpfence.profile"), "digitalocean");
	assert_null(at(root, "smtpfence.outcome.result"));
	json_decref(root);
}

static void what_is_unknown_is_absent(void **state)
{
	struct line_context none = { 0 };
	struct attempt a = sample_unknown();
	json_t *root = json_of(&a, &none);

	(void)state;
	assert_null(json_object_get(root, "process"));
	assert_null(json_object_get(root, "rule"));
	assert_null(at(root, "smtpfence.cgroup.id"));
	assert_null(at(root, "smtpfence.errno"));
	assert_string_equal(at(root, "destination.ip"), "2001:db8::25");
	assert_string_equal(at(root, "network.type"), "ipv6");
	json_decref(root);
}

static void secrets_are_masked(void **state)
{
	struct line_context none = { 0 };
	struct attempt a = sample_attempt();
	json_t *root;

	(void)state;
	subject_drop(a.subject);
	a.subject = SAMPLE_SUBJECT("/usr/bin/curl", "curl\0-u\0bob:hunter2\0x://b:hunter2@h\0");
	root = json_of(&a, &none);
	assert_string_equal(at(root, "process.command_line"), "curl -u *** x://***@h");
	json_decref(root);
}

static void outcomes_decide_success(void **state)
{
	static const char *const want[OUTCOME_COUNT] = { "unknown", "success", "failure", "failure",
		"failure" };
	struct line_context none = { 0 };

	(void)state;
	for (uint8_t i = 0; i < OUTCOME_COUNT; i++) {
		struct attempt a = sample_allowed(587, i);
		json_t *root = json_of(&a, &none);

		assert_string_equal(at(root, "event.outcome"), want[i]);
		assert_string_equal(at(root, "smtpfence.outcome.result"), attempt_outcome_name(i));
		json_decref(root);
	}
}

static void where_it_was_sent_is_told(void **state)
{
	struct line_context c = { "aws", rule_name, "catcher" };
	struct attempt a = sample_redirected();
	json_t *root = json_of(&a, &c), *redirect;

	(void)state;
	redirect = json_object_get(json_object_get(root, "smtpfence"), "redirect");
	assert_string_equal(at(root, "event.action"), "connection_redirected");
	assert_string_equal(at(root, "event.outcome"), "success");
	assert_string_equal(at(root, "destination.ip"), "192.0.2.25");
	assert_string_equal(at(root, "smtpfence.verdict"), "redirected");
	assert_string_equal(at(root, "smtpfence.action"), "redirect");
	assert_string_equal(at(root, "smtpfence.redirect.ip"), "127.0.0.1");
	assert_int_equal(json_integer_value(json_object_get(redirect, "port")), 1025);
	assert_string_equal(at(root, "rule.name"), "catcher");
	assert_null(at(root, "smtpfence.exemption.id"));
	json_decref(root);
}

static void an_exemption_is_no_rule(void **state)
{
	struct line_context c = { "aws", rule_name, "office" };
	struct attempt a = sample_allowed(25, 0);
	json_t *root;

	(void)state;
	a.k.rule = FENCE_EXEMPTION | 3;
	a.k.reason = REASON_EXEMPTION;
	root = json_of(&a, &c);
	assert_string_equal(at(root, "smtpfence.exemption.id"), "e3");
	assert_string_equal(at(root, "smtpfence.reason"), "exemption");
	assert_null(at(root, "rule.id"));
	assert_null(at(root, "rule.name"));
	assert_string_equal(at(root, "rule.ruleset"), "4be107aa00000001");
	assert_null(at(root, "smtpfence.redirect.ip"));
	json_decref(root);
}

static void hostile_strings_stay_one_line(void **state)
{
	struct line_context c = { "x", rule_name, "a\nb\xff" };
	struct attempt a = sample_hostile();
	json_t *root;

	(void)state;
	root = json_of(&a, &c);
	assert_non_null(at(root, "process.name_hex"));
	assert_non_null(at(root, "process.args_hex"));
	assert_non_null(at(root, "process.executable_hex"));
	assert_non_null(at(root, "smtpfence.cgroup.path_hex"));
	json_decref(root);
}

static void impossible_values_are_refused(void **state)
{
	struct line_context none = { 0 };
	struct attempt a = sample_attempt();
	FILE *to = fopen("/dev/null", "we");

	(void)state;
	a.k.verdict = VERDICT_COUNT;
	assert_int_equal(line_json(&a, &none, to), -EINVAL);
	a.k.verdict = VERDICT_DENIED;
	a.k.reason = REASON_COUNT;
	assert_int_equal(line_json(&a, &none, to), -EINVAL);
	fclose(to);
	attempt_clear(&a);
}

static void a_full_disk_is_an_error(void **state)
{
	struct line_context none = { 0 };
	struct attempt a = sample_attempt();
	FILE *to = fopen("/dev/full", "we");

	(void)state;
	setvbuf(to, NULL, _IONBF, 0);
	assert_int_equal(line_json(&a, &none, to), -EIO);
	fclose(to);
	attempt_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_the_attempt),
		cmocka_unit_test(what_is_unknown_is_absent),
		cmocka_unit_test(secrets_are_masked),
		cmocka_unit_test(outcomes_decide_success),
		cmocka_unit_test(where_it_was_sent_is_told),
		cmocka_unit_test(an_exemption_is_no_rule),
		cmocka_unit_test(hostile_strings_stay_one_line),
		cmocka_unit_test(impossible_values_are_refused),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
