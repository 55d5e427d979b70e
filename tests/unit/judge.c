/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* judge: each look-up by itself, against a compiled policy written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "bpf/bits.h"
#include "compile.h"
#include "judge.h"

/* Terms: each selects in one dimension, and has a number that the cases name. */
enum { TO_NET, TO_HOST, USER, NOT_USER, GROUP, NOT_GROUP, EXE, NOT_EXE, UNIT, RULES };

#define BIT(rule) (1ULL << (rule))
#define BUT(rule) (BIT(RULES) - 1 - BIT(rule))
#define TO_CLASS (BIT(TO_NET) | BIT(TO_HOST))

enum {
	CLASS_NET = VECTOR_FIRST,
	CLASS_NOT_HERE, /* what `not: to:` keeps away */
	CLASS_HOST,
	CLASS_USER,
	CLASS_BAD,
	CLASS_EXE,
	CLASS_UNIT,
	VECTORS
};

/* Rules have other numbers than their terms have bits. */
#define NUMBER(term) (100 + (term))

static struct fence_term terms[RULES] = {
	[TO_NET] = { .number = NUMBER(TO_NET), .action = ACTION_ALLOW },
	[TO_HOST] = { .number = NUMBER(TO_HOST), .action = ACTION_DROP },
	[USER] = { .number = NUMBER(USER), .action = ACTION_ALLOW },
	[NOT_USER] = { .number = NUMBER(NOT_USER), .action = ACTION_BLOCK, .err = 13 },
	[GROUP] = { .number = NUMBER(GROUP), .action = ACTION_LIMIT, .err = 11 },
	[NOT_GROUP] = { .number = NUMBER(NOT_GROUP), .action = ACTION_BLOCK, .err = 12 },
	[EXE] = { .number = NUMBER(EXE), .action = ACTION_ALLOW },
	[NOT_EXE] = { .number = NUMBER(NOT_EXE), .action = ACTION_BLOCK, .err = 110 },
	[UNIT] = { .number = NUMBER(UNIT), .action = ACTION_BLOCK, .err = 111, .audit = 1 },
};

#define ANY_TO (BUT(TO_NET) & BUT(TO_HOST))

static struct fence_vector vectors[VECTORS] = {
	[VECTOR_STRICT] = { { BIT(TO_HOST) | BIT(NOT_USER) | BIT(NOT_GROUP) | BIT(NOT_EXE) } },
	[VECTOR_TO_ANY] = { { ANY_TO } },
	[VECTOR_UID_OTHER] = { { BUT(USER) & BUT(NOT_USER) } },
	[VECTOR_UID_UNKNOWN] = { { BUT(USER) } },
	[VECTOR_EXE_OTHER] = { { BUT(EXE) & BUT(NOT_EXE) } },
	[VECTOR_EXE_UNKNOWN] = { { BUT(EXE) } },
	[VECTOR_CGROUP_OTHER] = { { BUT(UNIT) } },
	[VECTOR_CGROUP_UNKNOWN] = { { BUT(UNIT) } },
	[VECTOR_GID_OTHER] = { { BUT(GROUP) & BUT(NOT_GROUP) } },
	[VECTOR_GID_UNKNOWN] = { { BIT(NOT_GROUP) } },
	[VECTOR_PORT] = { { BIT(RULES) - 1 } },
	[VECTOR_GID] = { { BIT(GROUP) } },
	[VECTOR_GID + 63] = { { BIT(NOT_GROUP) } },
	[CLASS_NET] = { { BIT(TO_NET) } },
	[CLASS_NOT_HERE] = { { ANY_TO & BUT(NOT_USER) } },
	[CLASS_HOST] = { { BIT(TO_HOST) } },
	[CLASS_USER] = { { BUT(NOT_USER) } },
	[CLASS_BAD] = { { BUT(USER) } },
	[CLASS_EXE] = { { BUT(NOT_EXE) } },
	[CLASS_UNIT] = { { BIT(RULES) - 1 } },
};

/* The longer prefix stands first: it must win by length, not by place. */
static struct compiled_prefix4 to4[] = {
	{ { 32, { 198, 51, 100, 7 } }, { CLASS_HOST, VECTOR_TO_ANY } },
	{ { 24, { 198, 51, 100 } }, { CLASS_NET, VECTOR_TO_ANY } },
	{ { 8, { 10 } }, { CLASS_NET, VECTOR_TO_ANY } },
	{ { 32, { 203, 0, 113, 9 } }, { VECTOR_TO_OTHER, CLASS_NOT_HERE } },
};
static struct compiled_prefix6 to6[] = {
	{ { 32, { 0x20, 1, 0xd, 0xb8 } }, { CLASS_NET, VECTOR_TO_ANY } },
	{ { 128, { 0x20, 1, 0xd, 0xb8, [15] = 7 } }, { CLASS_HOST, VECTOR_TO_ANY } },
};
static struct compiled_uid uids[] = { { 33, CLASS_USER }, { 66, CLASS_BAD } };
static struct compiled_gid gids[] = { { 8, 0 }, { 9, 63 } };
static struct compiled_exe exes[] = { { { 8 << 20 | 1, 500 }, CLASS_EXE } };
static struct compiled_cgroup cgroups[] = {
	{ 700, { CLASS_UNIT, CLASS_UNIT, 1 } },
	{ 701, { VECTOR_CGROUP_OTHER, CLASS_UNIT, 0 } },
};

static const struct compiled policy = {
	.settings = { .scope4 = 1U << CLASS_PUBLIC,
		.scope6 = 1U << CLASS_PUBLIC,
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
		.has_gid = 1,
		.has_to = 1 },
	.term = terms,
	.term_n = RULES,
	.vector = vectors,
	.vector_n = VECTORS,
	.to4 = to4,
	.to4_n = 4,
	.to6 = to6,
	.to6_n = 2,
	.uid = uids,
	.uid_n = 2,
	.gid = gids,
	.gid_n = 2,
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
	/* An address that a rule stays away from. */
	{ "203.0.113.9", 25, 66, 66, EXE_NONE, { 1 }, VERDICT_DENIED, ACTION_BLOCK, REASON_DEFAULT,
		1, NONE },
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
	{ "203.0.113.1", 25, 1, 1, EXE_NONE, { 0 }, VERDICT_DENIED, ACTION_BLOCK, REASON_DEFAULT, 1,
		NONE },
};

/*
 * What fits, by itself, is the term that decides and none before it. For policies in which no term passes, none
 * has ended, and no cgroup is too deep.
 */
static void is_first_that_fits(const struct compiled *c, const struct judge_who *who,
	const struct judge_target *to, const struct answer *a)
{
	size_t end = a->term == NONE ? c->term_n : a->term;

	for (size_t i = 0; i < end; i++)
		if (!judge_misfit(c, who, to, i))
			fail_msg("term %zu fits, and %d decides", i, a->term);
	if (a->term != NONE)
		assert_int_equal(judge_misfit(c, who, to, a->term), 0);
}

static void each_look_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct judge_who who = { .uid = cases[i].uid,
			.euid = cases[i].euid,
			.gids_known = true,
			.exe = cases[i].exe,
			.cgroup = cases[i].cgroup };
		struct judge_target to = { .port = cases[i].port };
		struct answer a;

		while (who.cgroup_n < 4 && cases[i].cgroup[who.cgroup_n])
			who.cgroup_n++;
		assert_int_equal(address_parse(cases[i].to, &to.address), 0);
		a = judge(&policy, &who, &to, 0);
		if (a.verdict != cases[i].verdict || a.action != cases[i].action ||
			a.reason != cases[i].reason || a.term != cases[i].rule ||
			a.rule != (a.term == NONE ? NONE : NUMBER(a.term)) ||
			(a.action == ACTION_BLOCK && a.err != cases[i].err))
			fail_msg(
				"case %zu, to %s: verdict %d, action %d, reason %d, errno %d, rule %d",
				i, cases[i].to, a.verdict, a.action, a.reason, a.err, a.rule);
		is_first_that_fits(&policy, &who, &to, &a);
	}
}

/* Of each dimension, by the term that selects in it. */
static void misfits_are_told_apart(void **state)
{
	static const uint64_t root = 1, unit = 700;
	static const uint32_t gid[] = { 1, 8 };
	struct judge_who who = { .uid = 1, .euid = 1, .gids_known = true, .exe = EXE_NONE };
	struct judge_target to = { .port = 25 };

	(void)state;
	assert_int_equal(address_parse("203.0.113.1", &to.address), 0);
	who.gid = gid;
	who.gid_n = 1;
	who.cgroup = &root;
	who.cgroup_n = 1;
	assert_int_equal(judge_misfit(&policy, &who, &to, TO_NET), MISFIT_TARGET);
	assert_int_equal(judge_misfit(&policy, &who, &to, USER), MISFIT_USER);
	assert_int_equal(judge_misfit(&policy, &who, &to, NOT_USER), MISFIT_USER);
	assert_int_equal(judge_misfit(&policy, &who, &to, GROUP), MISFIT_GROUP);
	assert_int_equal(judge_misfit(&policy, &who, &to, EXE), MISFIT_PROGRAM);
	assert_int_equal(judge_misfit(&policy, &who, &to, UNIT), MISFIT_PLACE);
	who.euid = 33; /* what is not strict needs both */
	assert_int_equal(judge_misfit(&policy, &who, &to, USER), MISFIT_USER);
	who.uid = 66; /* what is strict, either */
	assert_int_equal(judge_misfit(&policy, &who, &to, NOT_USER), 0);
	who.uid = 33;
	assert_int_equal(judge_misfit(&policy, &who, &to, USER), 0);
	who.gid_n = 2;
	assert_int_equal(judge_misfit(&policy, &who, &to, GROUP), 0);
	who.cgroup = &unit;
	assert_int_equal(judge_misfit(&policy, &who, &to, UNIT), 0);
	to.port = 587;
	assert_int_equal(judge_misfit(&policy, &who, &to, UNIT), MISFIT_PORT);
	assert_int_equal(judge_misfit(&policy, &who, &to, EXE), MISFIT_PORT | MISFIT_PROGRAM);
	to.port = 80; /* nobody watches it */
	assert_int_equal(judge_misfit(&policy, &who, &to, UNIT), MISFIT_PORT);
	to.port = 25;
	assert_int_equal(address_parse("10.1.2.3", &to.address), 0); /* out of scope */
	assert_int_equal(judge_misfit(&policy, &who, &to, USER), MISFIT_TARGET);
	assert_int_equal(judge_misfit(&policy, &who, &to, TO_NET), 0);
}

/* The root, so many levels below it, and one more. */
#define DEEP (FENCE_DEPTH + 2)

static void too_deep_is_blocked(void **state)
{
	uint64_t path[DEEP];
	struct judge_who who = {
		.uid = 33, .euid = 33, .gids_known = true, .exe = EXE_NONE, .cgroup = path
	};
	struct judge_target to = { .port = 25 };
	struct answer a;

	(void)state;
	for (size_t i = 0; i < DEEP; i++)
		path[i] = i + 1;
	assert_int_equal(address_parse("203.0.113.1", &to.address), 0);
	who.cgroup_n = DEEP - 1;
	assert_int_equal(judge(&policy, &who, &to, 0).verdict, VERDICT_ALLOWED);
	who.cgroup_n = DEEP;
	a = judge(&policy, &who, &to, 0);
	assert_int_equal(a.verdict, VERDICT_DENIED);
	assert_int_equal(a.reason, REASON_DEPTH);
	assert_int_equal(a.term, NONE);
	to.port = 587;
	assert_int_equal(judge(&policy, &who, &to, 0).verdict, VERDICT_ALLOWED);
}

/* Where depth itself does not block, rules do, and those by cgroup as of one that is unknown. */
static void too_deep_is_unknown_elsewhere(void **state)
{
	struct fence_vector v[VECTORS];
	uint64_t path[DEEP] = { 700 };
	struct judge_who who = {
		.uid = 66, .euid = 66, .gids_known = true, .exe = EXE_NONE, .cgroup = path
	};
	struct judge_target to = { .port = 587 };
	struct compiled c = policy;
	struct answer a;

	(void)state;
	memcpy(v, vectors, sizeof(v));
	c.vector = v;
	who.cgroup_n = DEEP;
	v[VECTOR_PORT + 1].word[0] = BIT(NOT_USER);
	assert_int_equal(address_parse("203.0.113.1", &to.address), 0);
	a = judge(&c, &who, &to, 0);
	assert_int_equal(a.term, NOT_USER);
	assert_int_equal(a.verdict, VERDICT_DENIED);
	is_first_that_fits(&c, &who, &to, &a);
	/* An unknown cgroup has what is strict; one that is known, though not by the policy, has not. */
	v[VECTOR_PORT + 1].word[0] = BIT(UNIT);
	assert_int_equal(judge(&c, &who, &to, 0).term, NONE);
	v[VECTOR_CGROUP_UNKNOWN].word[0] = BIT(RULES) - 1;
	a = judge(&c, &who, &to, 0);
	assert_int_equal(a.term, UNIT);
	is_first_that_fits(&c, &who, &to, &a);
	/* Out of scope, on the port that is blocked. */
	to.port = 25;
	v[CLASS_NET].word[0] = BIT(UNIT);
	assert_int_equal(address_parse("10.1.2.3", &to.address), 0);
	assert_int_equal(judge(&c, &who, &to, 0).term, UNIT);
	c.settings.has_cgroup = 0; /* nobody asks where it is */
	assert_int_equal(judge(&c, &who, &to, 0).term, NONE);
}

/* What no rule selects by is not looked up, as in the hooks. */
static void unused_dimensions_are_not_asked(void **state)
{
	struct compiled c = policy;
	uint64_t deep[DEEP] = { 0 };
	struct judge_who who = { .uid = ~0U, .euid = ~0U, .gids_known = true, .cgroup = deep };
	struct judge_target to = { .port = 25 };

	(void)state;
	c.settings.has_uid = c.settings.has_exe = c.settings.has_cgroup = 0;
	assert_int_equal(address_parse("203.0.113.1", &to.address), 0);
	assert_int_equal(judge(&c, &who, &to, 0).reason, REASON_DEFAULT);
	who.cgroup_n = DEEP;
	assert_int_equal(judge(&c, &who, &to, 0).reason, REASON_DEFAULT);
	c.settings.has_gid = 0;
	assert_int_equal(judge(&c, &who, &to, 0).term, GROUP); /* as if every group were it */
}

static struct answer judged(
	const struct compiled *c, const char *to, const struct judge_who *who, uint64_t now_ns)
{
	struct judge_target target = { .port = 25 };
	struct answer a;

	assert_int_equal(address_parse(to, &target.address), 0);
	a = judge(c, who, &target, now_ns);
	if (c == &policy)
		is_first_that_fits(c, who, &target, &a);
	return a;
}

/* A profile that blocks one family leaves the other alone, but for rules that name addresses. */
static void families(void **state)
{
	static const uint64_t root = 1;
	struct judge_who who = { .uid = 66,
		.euid = 66,
		.gids_known = true,
		.exe = EXE_NONE,
		.cgroup = &root,
		.cgroup_n = 1 };
	struct compiled c = policy;

	(void)state;
	c.settings.scope6 = 0;
	assert_int_equal(judged(&c, "203.0.113.1", &who, 0).term, NOT_USER);
	assert_int_equal(judged(&c, "2001:db9::1", &who, 0).reason, REASON_SCOPE);
	assert_int_equal(judged(&c, "2001:db8::7", &who, 0).term, TO_HOST);
	assert_int_equal(judged(&c, "64:ff9b::203.0.113.1", &who, 0).reason, REASON_SCOPE);
	c.settings.scope6 = c.settings.scope4;
	c.settings.scope4 = 0;
	assert_int_equal(judged(&c, "203.0.113.1", &who, 0).reason, REASON_SCOPE);
	assert_int_equal(judged(&c, "2001:db9::1", &who, 0).term, NOT_USER);
}

/* Any of the groups selects; one that may be there selects for what is strict. */
static void groups(void **state)
{
	static const uint64_t root = 1;
	static const struct {
		uint32_t gid[3];
		size_t n;
		bool known;
		uint8_t verdict;
		uint16_t term;
	} asked[] = {
		{ { 1, 2, 3 }, 3, true, VERDICT_DENIED, NONE },
		{ { 8 }, 1, true, VERDICT_ALLOWED, GROUP },
		{ { 1, 2, 8 }, 3, true, VERDICT_ALLOWED, GROUP },
		{ { 1, 9, 2 }, 3, true, VERDICT_DENIED, NOT_GROUP },
		{ { 9, 8 }, 2, true, VERDICT_ALLOWED, GROUP },
		{ { 8 }, 1, false, VERDICT_ALLOWED, GROUP },
		{ { 1 }, 1, false, VERDICT_DENIED, NOT_GROUP },
		{ { 0 }, 0, false, VERDICT_DENIED, NOT_GROUP },
	};
	uint32_t many[FENCE_GROUPS + 3] = { [FENCE_GROUPS] = 8 };
	struct judge_who who = { .exe = EXE_NONE, .cgroup = &root, .cgroup_n = 1 };
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		who.gid = asked[i].gid;
		who.gid_n = asked[i].n;
		who.gids_known = asked[i].known;
		a = judged(&policy, "203.0.113.1", &who, 0);
		if (a.verdict != asked[i].verdict || a.term != asked[i].term)
			fail_msg("groups %zu: verdict %d, term %d", i, a.verdict, a.term);
		assert_int_equal(a.action, a.term == GROUP ? ACTION_LIMIT : ACTION_BLOCK);
	}
	who.gid = many;
	who.gids_known = true;
	who.gid_n = FENCE_GROUPS + 2;
	assert_int_equal(judged(&policy, "203.0.113.1", &who, 0).term, GROUP);
	who.gid_n = FENCE_GROUPS + 3; /* too many to be looked at */
	assert_int_equal(judged(&policy, "203.0.113.1", &who, 0).term, NOT_GROUP);
}

#define LONG 80 /* terms, all of which match everything */
#define FROM 70 /* rules */

/* Exemptions that end one after the other, from the first on; then rules. */
static void list_make(struct compiled *c, struct fence_term term[LONG], struct fence_vector *v)
{
	memset(v, 0, VECTOR_FIRST * sizeof(*v));
	for (size_t i = 0; i < VECTOR_FIRST; i++)
		if (i != VECTOR_TO_OTHER)
			memset(v[i].word, 0xff, LONG / 8);
	memset(term, 0, LONG * sizeof(*term));
	for (int i = 0; i < LONG; i++) {
		term[i].number = i < FROM ? FENCE_EXEMPTION | (i + 1) : i - FROM;
		term[i].until_ns = i < FROM ? i + 1 : 0;
		term[i].action = i < FROM ? ACTION_ALLOW : ACTION_BLOCK;
		term[i].err = 13;
	}
	*c = policy;
	c->settings.words = 2;
	c->settings.rules_at = FROM;
	c->settings.has_uid = c->settings.has_gid = c->settings.has_exe = 0;
	c->settings.has_cgroup = c->settings.has_to = 0;
	c->term = term;
	c->term_n = LONG;
	c->vector = v;
	c->vector_n = VECTOR_FIRST;
}

static void exemptions_end(void **state)
{
	static struct fence_vector v[VECTOR_FIRST];
	static const struct judge_who nobody;
	struct fence_term term[LONG];
	struct compiled c;
	struct answer a;

	(void)state;
	list_make(&c, term, v);
	a = judged(&c, "203.0.113.1", &nobody, 0);
	assert_int_equal(a.rule, FENCE_EXEMPTION | 1);
	assert_int_equal(a.reason, REASON_EXEMPTION);
	assert_int_equal(a.verdict, VERDICT_ALLOWED);
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 1).term, 1);
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 63).term, 63);
	/* After 64 that have ended, no other is asked. */
	a = judged(&c, "203.0.113.1", &nobody, 64);
	assert_int_equal(a.term, FROM);
	assert_int_equal(a.rule, 0);
	assert_int_equal(a.reason, REASON_RULE);
	assert_int_equal(a.verdict, VERDICT_DENIED);
	term[0].until_ns = 0; /* never */
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, UINT64_MAX).term, 0);
	c.term_n = FROM; /* a term that is not there */
	term[0].until_ns = 1;
	a = judged(&c, "203.0.113.1", &nobody, UINT64_MAX);
	assert_int_equal(a.reason, REASON_MISS);
	assert_int_equal(a.verdict, VERDICT_DENIED);
}

/* A tenant's allow goes on where it says; what would go back ends. */
static void layers(void **state)
{
	static struct fence_vector v[VECTOR_FIRST];
	static const struct judge_who nobody;
	struct fence_term term[LONG];
	struct compiled c;

	(void)state;
	list_make(&c, term, v);
	c.settings.rules_at = 0;
	for (int i = 0; i < LONG; i++)
		term[i].until_ns = 0;
	term[0].pass = 1;
	term[0].next = 64;
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 0).term, 64);
	term[64].pass = 1;
	term[64].next = 3;
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 0).term, 65);
	term[65].pass = 1;
	term[65].next = LONG; /* nothing is left */
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 0).reason, REASON_DEFAULT);
}

static void detours(void **state)
{
	static struct fence_vector v[VECTOR_FIRST];
	static const struct judge_who nobody;
	struct fence_term term[LONG];
	struct compiled c;
	struct answer a;

	(void)state;
	list_make(&c, term, v);
	term[0].action = ACTION_REDIRECT;
	term[0].relay.port4 = 1025;
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 0).verdict, VERDICT_REDIRECTED);
	assert_int_equal(judged(&c, "2001:db8::1", &nobody, 0).verdict, VERDICT_REDIRECTED);
	term[0].relay.port4 = 0;
	term[0].relay.port6 = 1025;
	assert_int_equal(judged(&c, "2001:db8::1", &nobody, 0).verdict, VERDICT_REDIRECTED);
	a = judged(&c, "203.0.113.1", &nobody, 0); /* no IPv4 socket goes to an IPv6 relay */
	assert_int_equal(a.verdict, VERDICT_DENIED);
	assert_int_equal(a.action, ACTION_REDIRECT);
	assert_int_equal(a.reason, REASON_NO_RELAY);
	assert_int_equal(a.err, 13);
	term[0].action = ACTION_ANSWER;
	assert_int_equal(judged(&c, "2001:db8::1", &nobody, 0).verdict, VERDICT_ANSWERED);
	term[0].audit = 1;
	assert_int_equal(judged(&c, "2001:db8::1", &nobody, 0).verdict, VERDICT_AUDITED);
	c.settings.enforce = term[0].audit = 0;
	assert_int_equal(judged(&c, "203.0.113.1", &nobody, 0).verdict, VERDICT_AUDITED);
}

/* Each is stricter than the one before. */
static void strictness(void **state)
{
	static const struct answer ladder[] = {
		{ .verdict = VERDICT_ALLOWED, .action = ACTION_ALLOW },
		{ .verdict = VERDICT_AUDITED, .action = ACTION_LIMIT },
		{ .verdict = VERDICT_AUDITED, .action = ACTION_BLOCK },
		{ .verdict = VERDICT_AUDITED, .action = ACTION_DROP },
		{ .verdict = VERDICT_ALLOWED, .action = ACTION_LIMIT },
		{ .verdict = VERDICT_REDIRECTED, .action = ACTION_REDIRECT },
		{ .verdict = VERDICT_ANSWERED, .action = ACTION_ANSWER },
		{ .verdict = VERDICT_DENIED, .action = ACTION_LIMIT },
		{ .verdict = VERDICT_DENIED, .action = ACTION_REDIRECT },
		{ .verdict = VERDICT_DENIED, .action = ACTION_BLOCK },
		{ .verdict = VERDICT_DENIED, .action = ACTION_DROP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ladder) / sizeof(*ladder); i++)
		for (size_t j = 0; j < sizeof(ladder) / sizeof(*ladder); j++)
			assert_int_equal(stricter(&ladder[i], &ladder[j]), i > j);
}

static void bits(void **state)
{
	(void)state;
	for (uint32_t from = 0; from <= FENCE_TERMS; from++)
		for (uint32_t i = 0; i < FENCE_WORDS; i++) {
			uint64_t right = 0;

			for (uint32_t bit = 0; bit < 64; bit++)
				right |= (uint64_t)(i * 64 + bit >= from) << bit;
			assert_int_equal(bits_from(i, from), right);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_look_up),
		cmocka_unit_test(misfits_are_told_apart),
		cmocka_unit_test(too_deep_is_blocked),
		cmocka_unit_test(too_deep_is_unknown_elsewhere),
		cmocka_unit_test(unused_dimensions_are_not_asked),
		cmocka_unit_test(families),
		cmocka_unit_test(groups),
		cmocka_unit_test(exemptions_end),
		cmocka_unit_test(layers),
		cmocka_unit_test(detours),
		cmocka_unit_test(strictness),
		cmocka_unit_test(bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
