/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What decides, what it looks like, and why nothing before it: for people and as JSON, of a policy's text. */
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <jansson.h>

#include "compile.h"
#include "exemption.h"
#include "policy.h"
#include "said.h"
#include "text.h"
#include "translate.h"

static const char text[] =
	"version: 1\n"
	"profile: generic-cloud\n"
	"rules:\n"
	"  - { name: alice, if: { user: 1000 }, then: allow }\n"
	"  - { name: net, if: { to: 203.0.113.0/24 }, then: redirect 127.0.0.1:1025 transparent }\n"
	"  - { name: few, if: { user: 1001 }, then: limit 3 connections/h }\n"
	"  - { name: mail, if: { port: 587, group: 8 }, then: drop }\n"
	"  - { name: trial, if: { to: 198.51.100.1 }, then: block, mode: audit }\n"
	"default: block EACCES\n";

static struct policy *policy;
static struct compiled *compiled;
static struct exemption one;
static struct exemptions exempt = { .e = &one, .n = 1 };
static char hash[65];

static int begin(void **state)
{
	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	one = (struct exemption){ .id = 7,
		.by = "alice",
		.why = "warm-up",
		.selector = "to 192.0.2.9",
		.until_ns = text_wall_now() + 3600000000000ULL };
	said_begin();
	assert_int_equal(selectors_flag(&one.who, "to", "192.0.2.9"), 0);
	assert_int_equal(policy_from_text("p.yaml", text, sizeof(text) - 1, &policy), 0);
	assert_int_equal(translate_policy(policy, &exempt, EPERM, &compiled, hash), 0);
	said_end(NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	compile_free(compiled);
	policy_free(policy);
	selectors_clear(&one.who);
	return 0;
}

struct attempt_at {
	const char *address;
	uint16_t port;
	uint32_t uid, gid;
};

static char *drawn(const struct attempt_at *at,
	int (*explain)(const struct explain *e, FILE *to, uint8_t *verdict), uint8_t *verdict)
{
	static const uint64_t root = 1;
	struct explain e = { .policy = policy,
		.exempt = &exempt,
		.compiled = compiled,
		.hash = hash,
		.who = "",
		.subject = { .uid = at->uid,
			.euid = at->uid,
			.gid = &at->gid,
			.gid_n = 1,
			.gids_known = true,
			.exe = { ~0ULL, ~0ULL },
			.cgroup = &root,
			.cgroup_n = 1 },
		.target = { .port = at->port },
		.now_ns = text_wall_now() - text_boot_offset() };
	char *out = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&out, &n);

	assert_int_equal(address_parse(at->address, &e.target.address), 0);
	assert_int_equal(explain(&e, to, verdict), 0);
	fclose(to);
	return out;
}

/* The screen begins and holds as given; the JSON holds as given. */
static void says(
	const struct attempt_at *at, const char *first, const char *holds, const char *json)
{
	uint8_t verdict, again;
	char *screen = drawn(at, explain_text, &verdict), *object = drawn(at, explain_json, &again);
	json_t *root = json_loads(object, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	json_decref(root);
	assert_int_equal(verdict, again);
	if (strncmp(screen, first, strlen(first)) || !strstr(screen, holds))
		fail_msg("no '%s', '%s' in: %s", first, holds, screen);
	if (!strstr(object, json))
		fail_msg("no '%s' in: %s", json, object);
	for (const char *line = screen; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	free(screen);
	free(object);
}

static void what_decides(void **state)
{
	(void)state;
	says(&(struct attempt_at){ "198.51.100.9", 25, 1000, 0 },
		"allowed\n\n  why       rule \"alice\" (p.yaml:4)\n",
		"it connects as if there were no fence\n",
		"\"verdict\":\"allowed\",\"action\":\"allow\"");
	says(&(struct attempt_at){ "203.0.113.9", 25, 5, 0 },
		"redirected\n\n  why       rule \"net\" (p.yaml:5)\n", "without noticing",
		"\"rule\":\"net\",\"origin\":\"p.yaml\",\"line\":5");
	says(&(struct attempt_at){ "198.51.100.9", 25, 1001, 0 },
		"allowed\n\n  why       rule \"few\"", "over the limit connect()",
		"\"action\":\"limit\"");
	says(&(struct attempt_at){ "198.51.100.9", 587, 5, 8 },
		"blocked\n\n  why       rule \"mail\"", "silence, until it gives up",
		"\"action\":\"drop\"");
	says(&(struct attempt_at){ "198.51.100.1", 25, 5, 0 },
		"would be blocked\n\n  why       rule \"trial\"", "it is recorded that",
		"\"verdict\":\"audited\"");
	says(&(struct attempt_at){ "198.51.100.9", 25, 5, 0 },
		"blocked\n\n  why       no rule matches, and the policy's default holds\n",
		"Permission denied (EACCES)", "\"reason\":\"default\",\"error\":\"EACCES\"");
	says(&(struct attempt_at){ "192.0.2.9", 25, 5, 0 },
		"allowed\n\n  why       exemption e7 of alice: warm-up\n", "says      allow\n",
		"\"exemption\":{\"id\":\"e7\"");
	says(&(struct attempt_at){ "198.51.100.9", 465, 5, 0 },
		"allowed\n\n  why       no rule names port 465, and profile generic-cloud leaves it open\n",
		"port 465", "\"reason\":\"open\"");
	says(&(struct attempt_at){ "10.0.0.9", 25, 5, 0 },
		"allowed\n\n  why       profile generic-cloud does not speak of private addresses",
		"a private address", "\"reason\":\"scope\"");
}

static void why_nothing_before_it(void **state)
{
	const struct attempt_at at = { "198.51.100.9", 25, 5, 0 };
	static const char *const before[] = { "exemption e7 of alice: warm-up: not this target\n",
		"rule \"alice\" (p.yaml:4): not this user\n",
		"rule \"net\" (p.yaml:5): not this target\n",
		"rule \"few\" (p.yaml:6): not this user\n",
		"rule \"mail\" (p.yaml:7): not this port, none of these groups\n",
		"rule \"trial\" (p.yaml:8): not this target\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		says(&at, "blocked\n\n", before[i],
			"{\"exemption\":\"e7\",\"misfits\":[\"target\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_decides),
		cmocka_unit_test(why_nothing_before_it),
	};

	return cmocka_run_group_tests_name("explain", tests, begin, end);
}
