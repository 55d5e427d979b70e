/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random terms: what the tables decide is what reading the terms from top to bottom decides. */
#include <stdio.h>
#include <time.h>

#include "world.h"

#define SEED 20261124
#define POLICIES 500
#define QUESTIONS 300
#define MANY 100000 /* prefixes */

/* As the hooks do it. */
static struct answer tables(const struct world *w, const struct asked *q)
{
	struct judge_target to = { address_from_words(q->to.family, q->to.addr), q->to.port };
	uint64_t path[CGROUPS + 1];
	size_t at = CGROUPS + 1;
	struct judge_who who = { .uid = q->uid,
		.euid = q->euid,
		.gid = q->gid,
		.gid_n = q->gid_n,
		.gids_known = q->gids_known };

	if (q->exe != UNKNOWN)
		who.exe = exe_key(q->exe);
	for (uint64_t id = q->cgroup; q->cgroup != UNKNOWN && id; id = w->parent[id])
		path[--at] = id;
	who.cgroup = path + at;
	who.cgroup_n = CGROUPS + 1 - at;
	return judge(w->c, &who, &to, NOW);
}

static bool watched(const struct world *w, uint16_t port)
{
	return w->c->settings.watched[port / 64] >> port % 64 & 1;
}

static void check(const struct world *w, const struct asked *q, unsigned *by_reason)
{
	struct answer want = oracle(w, q), got = tables(w, q);
	bool err_tells = want.action != ACTION_ALLOW && want.action != ACTION_DROP;

	if (want.rule != got.rule || want.term != got.term || want.action != got.action ||
		want.verdict != got.verdict || want.reason != got.reason ||
		(err_tells && want.err != got.err)) {
		char text[ADDRESS_TEXT];
		struct address to = address_from_words(q->to.family, q->to.addr);

		fail_msg("%s port %u uid %u/%u exe %u cgroup %u: rule %u action %u verdict %u "
			 "reason %u errno %u, but rule %u action %u verdict %u reason %u errno %u",
			address_print(text, &to), q->to.port, q->uid, q->euid, q->exe, q->cgroup,
			got.rule, got.action, got.verdict, got.reason, got.err, want.rule,
			want.action, want.verdict, want.reason, want.err);
	}
	by_reason[want.reason]++;
}

static void decides_as_the_terms_say(void **state)
{
	unsigned by_reason[REASON_COUNT] = { 0 }, asked = 0;

	(void)state;
	dice_state = SEED;
	print_message("seed %u\n", SEED);
	for (int i = 0; i < POLICIES; i++) {
		struct world w;

		world_make(&w, i % 50 == 49 ? FENCE_RULES : i % 3 ? dice(8) : dice(200));
		for (int j = 0; j < QUESTIONS; j++) {
			struct asked q = ask();

			if (!watched(&w, q.to.port))
				continue;
			check(&w, &q, by_reason);
			asked++;
		}
		world_free(&w);
	}
	print_message("%u questions: %u by rule, %u by default, %u open, %u out of scope\n", asked,
		by_reason[REASON_RULE], by_reason[REASON_DEFAULT], by_reason[REASON_OPEN],
		by_reason[REASON_SCOPE]);
	assert_true(asked >= 100000);
	assert_true(by_reason[REASON_RULE] > asked / 10);
	assert_true(by_reason[REASON_DEFAULT] > asked / 100);
	assert_true(by_reason[REASON_OPEN] > asked / 100);
	assert_true(by_reason[REASON_SCOPE] > asked / 100);
}

static const struct resolved NOTHING;
static const struct compile_options OPTIONS = { .fallback_errno = EPERM };

static void refuses_what_does_not_fit(void **state)
{
	struct selectors exe = { .by[SELECTOR_EXE] = { text, 1 } },
			 unit = { .by[SELECTOR_UNIT] = { text, 1 } };
	struct order order = { 0 };
	struct term *term = calloc(FENCE_TERMS + 1, sizeof(*term));
	struct terms t = { .term = term, .n = FENCE_TERMS + 1 };
	struct policy p = { 0 };
	struct resolved_exe an_exe = { .term = 0 };
	struct resolved_cgroup a_cgroup = { 7, VECTOR_FIRST, VECTOR_FIRST, false };
	struct resolved exes = { .exe = &an_exe, .exe_n = 1 },
			cgroups = { .cgroup = &a_cgroup, .cgroup_n = 1 };
	struct compiled *c = NULL;

	(void)state;
	assert_non_null(term);
	for (size_t i = 0; i < t.n; i++)
		term[i] = (struct term){ .part = { i ? &unit : &exe }, .order = &order };
	assert_int_equal(compile_policy(&p, &t, &NOTHING, &OPTIONS, &c), -E2BIG);
	t.n = 2;
	assert_int_equal(compile_policy(&p, &t, &exes, &OPTIONS, &c), 0);
	compile_free(c);
	c = NULL;
	an_exe.term = 1; /* one that asks for none */
	assert_int_equal(compile_policy(&p, &t, &exes, &OPTIONS, &c), -EINVAL);
	an_exe.term = 2;
	assert_int_equal(compile_policy(&p, &t, &exes, &OPTIONS, &c), -EINVAL);
	assert_int_equal(compile_policy(&p, &t, &cgroups, &OPTIONS, &c), -EINVAL);
	assert_int_equal(vectors_init(&cgroups.sets), 0);
	cgroups.sets.n++;
	vectors_set(&cgroups.sets.vector[VECTOR_FIRST], 1);
	assert_int_equal(compile_policy(&p, &t, &cgroups, &OPTIONS, &c), 0);
	assert_int_equal(c->vector[c->cgroup[0].class.own].word[0], 3);
	compile_free(c);
	c = NULL;
	vectors_set(&cgroups.sets.vector[VECTOR_FIRST], 0); /* which asks for no cgroup */
	assert_int_equal(compile_policy(&p, &t, &cgroups, &OPTIONS, &c), -EINVAL);
	assert_null(c);
	vectors_free(&cgroups.sets);
	free(term);
	compile_free(NULL);
}

static struct answer judged(const struct policy *p, const struct terms *t, uint32_t uid)
{
	struct judge_who who = { .uid = uid, .euid = uid, .gids_known = true };
	struct judge_target to = { .port = 25 };
	struct compiled *c;
	struct answer a;

	assert_int_equal(compile_policy(p, t, &NOTHING, &OPTIONS, &c), 0);
	assert_int_equal(address_parse("192.0.2.25", &to.address), 0);
	a = judge(c, &who, &to, NOW);
	compile_free(c);
	return a;
}

/* It would block, but only says so: whom it cannot identify the next rule must still block. */
static void audit_does_not_hide_a_block(void **state)
{
	struct profile profile = { .blocked = { 25 }, .blocked_n = 1, .scope = 1U << CLASS_PUBLIC };
	struct policy p = { .profile = &profile, .enforce = true };
	uint32_t uid = 1000;
	struct selectors who = { .by[SELECTOR_USER] = { text, 1 }, .uid = &uid }, all = { 0 };
	struct order block = { .action = ACTION_BLOCK };
	struct term term[] = { { .part = { &who }, .order = &block, .audit = true },
		{ .part = { &all }, .order = &block, .number = 1 } };
	struct terms t = { .term = term, .n = 2 };

	(void)state;
	assert_int_equal(judged(&p, &t, 1000).verdict, VERDICT_AUDITED);
	assert_int_equal(judged(&p, &t, UNKNOWN).verdict, VERDICT_DENIED);
	assert_int_equal(judged(&p, &t, UNKNOWN).rule, 1);
	term[0].audit = false;
	assert_int_equal(judged(&p, &t, UNKNOWN).rule, 0);
}

static void tells_whether_anything_is_held(void **state)
{
	struct profile profile = { .blocked = { 25 }, .blocked_n = 1 };
	struct policy p = { .profile = &profile };
	struct selectors all = { 0 };
	struct order order = { 0 };
	struct term term = {
		.part = { &all }, .order = &order, .name = "x", .number = FENCE_EXEMPTION
	};
	struct terms t = { .term = &term, .n = 1 };
	struct compiled *c;

	(void)state;
	for (int action = ACTION_ALLOW; action < ACTION_COUNT; action++)
		for (int audit = 0; audit < 2; audit++) {
			order.action = action;
			term.audit = audit;
			assert_int_equal(compile_policy(&p, &t, &NOTHING, &OPTIONS, &c), 0);
			assert_int_equal(compile_blocks(c), action != ACTION_ALLOW && !audit);
			compile_free(c);
		}
	p.otherwise.action = ACTION_DROP;
	assert_int_equal(compile_policy(&p, &t, &NOTHING, &OPTIONS, &c), 0);
	assert_true(compile_blocks(c));
	compile_free(c);
	profile.blocked_n = 0;
	assert_int_equal(compile_policy(&p, &t, &NOTHING, &OPTIONS, &c), 0);
	assert_false(compile_blocks(c));
	compile_free(c);
}

/* 1,024 rules and 100,000 nested prefixes, in time. */
static void compiles_a_large_policy(void **state)
{
	struct selectors *s = calloc(FENCE_RULES, sizeof(*s));
	struct term *term = calloc(FENCE_RULES, sizeof(*term));
	struct terms t = { .term = term, .n = FENCE_RULES };
	struct address *to = calloc(MANY, sizeof(*to));
	struct order order = { 0 };
	struct policy p = { 0 };
	struct compiled *c;
	clock_t began;

	(void)state;
	assert_true(s && term && to);
	dice_state = SEED;
	for (uint32_t i = 0; i < MANY; i++) {
		unsigned bits = 16 + dice(17);
		uint32_t at = __builtin_bswap32(dice(UNKNOWN) & ~0U << (32 - bits));

		to[i] = (struct address){ .family = AF_INET, .bits = bits };
		memcpy(to[i].byte, &at, 4);
	}
	for (size_t i = 0; i < FENCE_RULES; i++) {
		size_t each = MANY / FENCE_RULES;

		s[i].to = to + i * each;
		s[i].to_n = i + 1 < FENCE_RULES ? each : MANY - i * each;
		term[i] = (struct term){ .part = { &s[i] }, .order = &order };
	}
	began = clock();
	assert_int_equal(compile_policy(&p, &t, &NOTHING, &OPTIONS, &c), 0);
	print_message("%zu + %zu prefixes, %zu classes, %.2f s\n", c->to4_n, c->to6_n, c->vector_n,
		(double)(clock() - began) / CLOCKS_PER_SEC);
	assert_true(clock() - began < 4 * CLOCKS_PER_SEC); /* with sanitizers */
	assert_true(c->to4_n > MANY * 9 / 10 && c->to4_n <= MANY);
	assert_int_equal(c->settings.words, FENCE_RULES / 64);
	compile_free(c);
	free(s);
	free(term);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_the_terms_say),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(audit_does_not_hide_a_block),
		cmocka_unit_test(tells_whether_anything_is_held),
		cmocka_unit_test(compiles_a_large_policy),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
