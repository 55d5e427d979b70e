/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* judge: each look-up by itself, against a compiled policy written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "compile.h"
#include "judge.h"

/* Rules: each selects in one dimension, and has a number that the cases name. */
enum { TO_NET, TO_HOST, USER, NOT_USER, EXE, NOT_EXE, UNIT, RULES };

#define BIT(rule) (1ULL << (rule))
#define BUT(rule) (BIT(RULES) - 1 - BIT(rule))
#define TO_CLASS (BIT(TO_NET) | BIT(TO_HOST))

enum {
	CLASS_NET = VECTOR_FIRST,
	CLASS_HOST,
	CLASS_USER,
	CLASS_BAD,
	CLASS_EXE,
	CLASS_UNIT,
	VECTORS
};

static struct fence_rule rules[RULES] = {
	[TO_NET] = { .action = ACTION_ALLOW },
	[TO_HOST] = { .action = ACTION_DROP },
	[USER] = { .action = ACTION_ALLOW },
	[NOT_USER] = { .action = ACTION_BLOCK, .err = 13 },
	[EXE] = { .action = ACTION_ALLOW },
	[NOT_EXE] = { .action = ACTION_BLOCK, .err = 110 },
	[UNIT] = { .action = ACTION_BLOCK, .err = 111, .audit = 1 },
};

static struct fence_vector vectors[VECTORS] = {
	[VECTOR_STRICT] = { { BIT(TO_HOST) | BIT(NOT_USER) | BIT(NOT_EXE) | BIT(UNIT) } },
	[VECTOR_TO_ANY] = { { BIT(USER) | BIT(NOT_USER) | BIT(EXE) | BIT(NOT_EXE) | BIT(UNIT) } },
	[VECTOR_UID_OTHER] = { { BUT(USER) & BUT(NOT_USER) } },
	[VECTOR_UID_UNKNOWN] = { { BUT(USER) } },
	[VECTOR_EXE_OTHER] = { { BUT(EXE) & BUT(NOT_EXE) } },
	[VECTOR_EXE_UNKNOWN] = { { BUT(EXE) } },
	[VECTOR_CGROUP_OTHER] = { { BUT(UNIT) } },
	[VECTOR_CGROUP_UNKNOWN] = { { BIT(RULES) - 1 } },
	[VECTOR_PORT] = { { BIT(RULES) - 1 } },
	[CLASS_NET] = { { BIT(TO_NET) } },
	[CLASS_HOST] = { { BIT(TO_HOST) } },
	[CLASS_USER] = { { BUT(NOT_USER) } },
	[CLASS_BAD] = { { BUT(USER) } },
	[CLASS_EXE] = { { BUT(NOT_EXE) } },
	[CLASS_UNIT] = { { BIT(RULES) - 1 } },
};

/* The longer prefix stands first: it must win by length, not by place. */
static struct compiled_prefix4 to4[] = {
	{ { 32, { 198, 51, 100, 7 } }, CLASS_HOST },
	{ { 24, { 198, 51, 100 } }, CLASS_NET },
	{ { 8, { 10 } }, CLASS_NET },
};
static struct compiled_prefix6 to6[] = {
	{ { 32, { 0x20, 1, 0xd, 0xb8 } }, CLASS_NET },
	{ { 128, { 0x20, 1, 0xd, 0xb8, [15] = 7 } }, CLASS_HOST },
};
static struct compiled_uid uids[] = { { 33, CLASS_USER }, { 66, CLASS_BAD } };
static struct compiled_exe exes[] = { { { 8 << 20 | 1, 500 }, CLASS_EXE } };
static struct compiled_cgroup cgroups[] = {
	{ 700, { CLASS_UNIT, CLASS_UNIT } },
	{ 701, { VECTOR_CGROUP_OTHER, CLASS_UNIT } },
};

static const struct compiled policy = {
	.settings = { .scope = 1U << CLASS_PUBLIC,
		.words = 1,
		.port = { 25, 587 },
		.ports = 2,
		.blocked = 1,
		.enforce = 1,
		.default_action = ACTION_BLOCK,
		.default_errno = 1,
		.has_uid = 1,
		.has_exe = 1,
		.has_cgroup = 1,
		.has_to = 1 },
	.rule = rules,
	.rule_n = RULES,
	.vector = vectors,
	.vector_n = VECTORS,
	.to4 = to4,
	.to4_n = 3,
	.to6 = to6,
	.to6_n = 2,
	.uid = uids,
	.uid_n = 2,
	.exe = exes,
	.exe_n = 1,
	.cgroup = cgroups,
	.cgroup_n = 2,
};

#define EXE_NONE                                                                                   \
	{                                                                                          \
		1, 1                                                                               \
	}
#define NONE FENCE_NO_RULE

static const struct {
	const char *to;
	uint16_t port;
	uint32_t uid, euid;
	struct fence_exe exe;
	uint64_t cgroup[4]; /* up to the first zero */
	uint8_t verdict, action, reason, err;
	uint16_t rule;
} cases[] = {
	/* Nothing matches: the default, the port, the scope. */
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_DEFAULT, 1,
		NONE },
	{ "203.0.113.1", 587, 1, 1, EXE_NONE, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_OPEN, 1,
		NONE },
	{ "203.0.113.1", 80, 66, 66, EXE_NONE, { 700 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_OPEN,
		0, NONE },
	{ "192.168.1.1", 25, 66, 1, EXE_NONE, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_SCOPE, 1,
		NONE },
	/* Targets: the longest prefix, also outside the scope, each family by itself. */
	{ "198.51.100.8", 25, 1, 1, EXE_NONE, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_RULE, 0,
		TO_NET },
	{ "198.51.100.7", 25, 1, 1, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_DROP, REASON_RULE, 0,
		TO_HOST },
	{ "10.1.2.3", 25, 66, 66, EXE_NONE, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_RULE, 0,
		TO_NET },
	{ "2001:db8::8", 25, 1, 1, EXE_NONE, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_RULE, 0,
		TO_NET },
	{ "2001:db8::7", 25, 1, 1, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_DROP, REASON_RULE, 0,
		TO_HOST },
	{ "2001:db9::7", 25, 1, 1, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_DEFAULT, 1,
		NONE },
	/* Users: an allow needs both ids, a block either; unknown fails closed. */
	{ "203.0.113.1", 25, 33, 33, EXE_NONE, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW, REASON_RULE, 0,
		USER },
	{ "203.0.113.1", 25, 33, 0, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_DEFAULT,
		1, NONE },
	{ "203.0.113.1", 25, 0, 33, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_DEFAULT,
		1, NONE },
	{ "203.0.113.1", 25, 66, 0, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_RULE, 13,
		NOT_USER },
	{ "203.0.113.1", 25, 0, 66, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_RULE, 13,
		NOT_USER },
	{ "203.0.113.1", 25, ~0U, ~0U, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_RULE,
		13, NOT_USER },
	/* Executables: device and inode both count; unknown is not allowed. */
	{ "203.0.113.1", 25, 1, 1, { 8 << 20 | 1, 500 }, { 1 }, VERDICT_ALLOWED, ACTION_ALLOW,
		REASON_RULE, 0, EXE },
	{ "203.0.113.1", 25, 1, 1, { 8 << 20 | 2, 500 }, { 1 }, VERDICT_DENIED, ACTION_BLOCK,
		REASON_DEFAULT, 1, NONE },
	{ "203.0.113.1", 25, 1, 1, { 8 << 20 | 1, 0 }, { 1 }, VERDICT_DENIED, ACTION_BLOCK,
		REASON_RULE, 110, NOT_EXE },
	/* Cgroups: itself, below it, the deepest known one, unknown. A rule in audit blocks nothing. */
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 1, 700 }, VERDICT_AUDITED, ACTION_BLOCK, REASON_RULE,
		111, UNIT },
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 1, 700, 2, 3 }, VERDICT_AUDITED, ACTION_BLOCK,
		REASON_RULE, 111, UNIT },
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 1, 700, 701 }, VERDICT_DENIED, ACTION_BLOCK,
		REASON_DEFAULT, 1, NONE },
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 1, 701, 2 }, VERDICT_AUDITED, ACTION_BLOCK,
		REASON_RULE, 111, UNIT },
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 0 }, VERDICT_AUDITED, ACTION_BLOCK, REASON_RULE, 111,
		UNIT },
};

static void each_look_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct judge_who who = { .uid = cases[i].uid,
			.euid = cases[i].euid,
			.exe = cases[i].exe,
			.cgroup = cases[i].cgroup };
		struct judge_target to = { .port = cases[i].port };
		struct answer a;

		while (who.cgroup_n < 4 && cases[i].cgroup[who.cgroup_n])
			who.cgroup_n++;
		assert_int_equal(address_parse(cases[i].to, &to.address), 0);
		a = judge(&policy, &who, &to);
		if (a.verdict != cases[i].verdict || a.action != cases[i].action ||
			a.reason != cases[i].reason || a.rule != cases[i].rule ||
			(a.action == ACTION_BLOCK && a.err != cases[i].err))
			fail_msg(
				"case %zu, to %s: verdict %d, action %d, reason %d, errno %d, rule %d",
				i, cases[i].to, a.verdict, a.action, a.reason, a.err, a.rule);
	}
}

static void too_deep_is_blocked(void **state)
{
	uint64_t path[FENCE_DEPTH + 1];
	struct judge_who who = { .uid = 33, .euid = 33, .exe = EXE_NONE, .cgroup = path };
	struct judge_target to = { .port = 25 };
	struct answer a;

	(void)state;
	for (size_t i = 0; i <= FENCE_DEPTH; i++)
		path[i] = i + 1;
	assert_int_equal(address_parse("203.0.113.1", &to.address), 0);
	who.cgroup_n = FENCE_DEPTH;
	assert_int_equal(judge(&policy, &who, &to).verdict, VERDICT_ALLOWED);
	who.cgroup_n = FENCE_DEPTH + 1;
	a = judge(&policy, &who, &to);
	assert_int_equal(a.verdict, VERDICT_DENIED);
	assert_int_equal(a.reason, REASON_DEPTH);
	to.port = 587;
	assert_int_equal(judge(&policy, &who, &to).verdict, VERDICT_ALLOWED);
}

/* What no rule selects by is not looked up, as in the hooks. */
static void unused_dimensions_are_not_asked(void **state)
{
	struct compiled c = policy;
	uint64_t deep[FENCE_DEPTH + 1] = { 0 };
	struct judge_who who = { .uid = ~0U, .euid = ~0U, .cgroup = deep };
	struct judge_target to = { .port = 25 };

	(void)state;
	c.settings.has_uid = c.settings.has_exe = c.settings.has_cgroup = 0;
	assert_int_equal(address_parse("203.0.113.1", &to.address), 0);
	assert_int_equal(judge(&c, &who, &to).reason, REASON_DEFAULT);
	who.cgroup_n = FENCE_DEPTH + 1;
	assert_int_equal(judge(&c, &who, &to).reason, REASON_DEFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_look_up),
		cmocka_unit_test(too_deep_is_blocked),
		cmocka_unit_test(unused_dimensions_are_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
