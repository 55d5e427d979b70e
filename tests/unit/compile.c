/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random policies: what the tables decide is what reading the rules from top to bottom decides. */
#include <stdio.h>
#include <time.h>

#include "world.h"

#define SEED 20261124
#define POLICIES 400
#define QUESTIONS 300
#define MANY 100000 /* prefixes */

static uint32_t look_up_prefix(const struct compiled *c, const struct target *t)
{
	struct address a = address_from_words(t->family, t->addr), best = { 0 };
	bool v4 = t->family == AF_INET;
	uint32_t vector = VECTOR_TO_OTHER;

	if (!c->settings.has_to)
		return vector;
	for (size_t i = 0; i < (v4 ? c->to4_n : c->to6_n); i++) {
		struct address at = { .family = t->family };

		at.bits = v4 ? c->to4[i].key.bits : c->to6[i].key.bits;
		memcpy(at.byte, v4 ? c->to4[i].key.addr : c->to6[i].key.addr, v4 ? 4 : 16);
		if (!address_covers(&at, &a) || (best.family && best.bits >= at.bits))
			continue;
		best = at;
		vector = v4 ? c->to4[i].vector : c->to6[i].vector;
	}
	return vector;
}

static uint32_t look_up_uid(const struct compiled *c, uint32_t uid)
{
	if (!c->settings.has_uid)
		return VECTOR_UID_OTHER;
	if (uid == UNKNOWN)
		return VECTOR_UID_UNKNOWN;
	for (size_t i = 0; i < c->uid_n; i++)
		if (c->uid[i].uid == uid)
			return c->uid[i].vector;
	return VECTOR_UID_OTHER;
}

static uint32_t look_up_exe(const struct compiled *c, uint32_t exe)
{
	struct fence_exe key = exe_key(exe);

	if (!c->settings.has_exe)
		return VECTOR_EXE_OTHER;
	if (exe == UNKNOWN)
		return VECTOR_EXE_UNKNOWN;
	for (size_t i = 0; i < c->exe_n; i++)
		if (c->exe[i].key.dev == key.dev && c->exe[i].key.ino == key.ino)
			return c->exe[i].vector;
	return VECTOR_EXE_OTHER;
}

static uint32_t look_up_cgroup(const struct world *w, uint32_t cgroup)
{
	if (!w->c->settings.has_cgroup)
		return VECTOR_CGROUP_OTHER;
	if (cgroup == UNKNOWN)
		return VECTOR_CGROUP_UNKNOWN;
	for (uint64_t id = cgroup; id; id = w->parent[id])
		for (size_t i = 0; i < w->c->cgroup_n; i++)
			if (w->c->cgroup[i].id == id)
				return id == cgroup ? w->c->cgroup[i].class.own
						    : w->c->cgroup[i].class.below;
	return VECTOR_CGROUP_OTHER;
}

/* As the hooks do it. */
static struct answer tables(const struct world *w, const struct asked *q)
{
	const struct compiled *c = w->c;
	const struct fence_vector *v = c->vector;
	struct answer a = { 0 };
	struct question k = { .to = &v[look_up_prefix(c, &q->to)],
		.to_any = &v[VECTOR_TO_ANY],
		.uid = &v[look_up_uid(c, q->uid)],
		.euid = &v[look_up_uid(c, q->euid)],
		.exe = &v[look_up_exe(c, q->exe)],
		.cgroup = &v[look_up_cgroup(w, q->cgroup)],
		.strict = &v[VECTOR_STRICT],
		.in_scope = c->settings.scope >> q->to.class & 1 };
	int slot = 0;

	while (slot < c->settings.ports && c->settings.port[slot] != q->to.port)
		slot++;
	assert_true(slot < c->settings.ports);
	k.port = &v[VECTOR_PORT + slot];
	k.blocked = c->settings.blocked >> slot & 1;
	a.rule = decide_rule(&k, c->settings.words);
	decide(&a, &k, a.rule == FENCE_NO_RULE ? NULL : &c->rule[a.rule], &c->settings);
	return a;
}

static bool watched(const struct world *w, uint16_t port)
{
	return w->c->settings.watched[port / 64] >> port % 64 & 1;
}

static void check(const struct world *w, const struct asked *q, unsigned *by_reason)
{
	struct answer want = oracle(w, q), got = tables(w, q);
	bool err_tells = want.action == ACTION_BLOCK;

	if (want.rule != got.rule || want.action != got.action || want.verdict != got.verdict ||
		want.reason != got.reason || (err_tells && want.err != got.err)) {
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

static void decides_as_the_rules_say(void **state)
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

static void fills_the_settings(void **state)
{
	struct profile profile = { .blocked = { 25, 465, 2526 }, .blocked_n = 3, .scope = 0x15 };
	struct policy p = { .profile = &profile, .enforce = true, .default_action = ACTION_DROP };
	const uint16_t ports[] = { 25, 26, 465, 587, 2525, 2526 };
	struct compiled *c;

	(void)state;
	assert_int_equal(compile_policy(&p, &NOTHING, EACCES, &c), 0);
	assert_int_equal(c->settings.ports, 6);
	assert_memory_equal(c->settings.port, ports, sizeof(ports));
	assert_int_equal(c->settings.blocked, 1 << 0 | 1 << 2 | 1 << 5);
	assert_int_equal(c->settings.scope, 0x15);
	assert_int_equal(c->settings.words, 1);
	assert_int_equal(c->settings.enforce, 1);
	assert_int_equal(c->settings.default_action, ACTION_DROP);
	assert_int_equal(c->settings.default_errno, EACCES);
	assert_false(c->settings.has_to || c->settings.has_uid || c->settings.has_exe ||
		     c->settings.has_cgroup);
	for (unsigned port = 0; port < 65536; port++) {
		bool on = c->settings.watched[port / 64] >> port % 64 & 1, want = false;

		for (int i = 0; i < 6; i++)
			want |= ports[i] == port;
		assert_int_equal(on, want);
	}
	assert_int_equal(c->vector_n, VECTOR_FIRST);
	compile_free(c);
	compile_free(NULL);
}

static void refuses_what_does_not_fit(void **state)
{
	struct policy_rule *rule = calloc(FENCE_RULES + 1, sizeof(*rule));
	struct policy p = { .rule = rule, .rule_n = FENCE_RULES + 1 };
	struct resolved_cgroup loop[] = { { 0, 7, 8 }, { 0, 8, 7 } };
	struct resolved_exe other = { .rule = 1 };
	struct resolved looped = { .cgroup = loop, .cgroup_n = 2 },
			foreign = { .exe = &other, .exe_n = 1 };
	uint16_t ports[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct compiled *c = NULL;

	(void)state;
	assert_non_null(rule);
	assert_int_equal(compile_policy(&p, &NOTHING, EPERM, &c), -E2BIG);
	p.rule_n = 1;
	rule[0].port = ports;
	rule[0].port_n = 12; /* and the five that are always watched */
	assert_int_equal(compile_policy(&p, &NOTHING, EPERM, &c), -E2BIG);
	rule[0].port_n = 11;
	assert_int_equal(compile_policy(&p, &foreign, EPERM, &c), -EINVAL);
	assert_int_equal(compile_policy(&p, &looped, EPERM, &c), -ELOOP);
	assert_null(c);
	assert_int_equal(compile_policy(&p, &NOTHING, EPERM, &c), 0);
	assert_int_equal(c->settings.ports, FENCE_PORTS);
	compile_free(c);
	free(rule);
}

/* 1,024 rules and 100,000 nested prefixes, in time. */
static void compiles_a_large_policy(void **state)
{
	struct policy p = { .rule = calloc(FENCE_RULES, sizeof(*p.rule)), .rule_n = FENCE_RULES };
	struct address *to = calloc(MANY, sizeof(*to));
	struct compiled *c;
	clock_t began;

	(void)state;
	assert_true(p.rule && to);
	dice_state = SEED;
	for (uint32_t i = 0; i < MANY; i++) {
		unsigned bits = 16 + dice(17);
		uint32_t at = __builtin_bswap32(dice(UNKNOWN) & ~0U << (32 - bits));

		to[i] = (struct address){ .family = AF_INET, .bits = bits };
		memcpy(to[i].byte, &at, 4);
	}
	for (size_t i = 0; i < FENCE_RULES; i++) {
		p.rule[i].to = to + i * (MANY / FENCE_RULES);
		p.rule[i].to_n =
			i + 1 < FENCE_RULES ? MANY / FENCE_RULES : MANY - i * (MANY / FENCE_RULES);
	}
	began = clock();
	assert_int_equal(compile_policy(&p, &NOTHING, EPERM, &c), 0);
	print_message("%zu + %zu prefixes, %zu classes, %.2f s\n", c->to4_n, c->to6_n, c->vector_n,
		(double)(clock() - began) / CLOCKS_PER_SEC);
	assert_true(clock() - began < 2 * CLOCKS_PER_SEC);
	assert_true(c->to4_n > MANY * 9 / 10 && c->to4_n <= MANY);
	assert_int_equal(c->settings.words, FENCE_WORDS);
	compile_free(c);
	free(p.rule);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_the_rules_say),
		cmocka_unit_test(fills_the_settings),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(compiles_a_large_policy),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
