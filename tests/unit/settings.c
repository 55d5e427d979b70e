/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports, scope and dimensions of a policy become constants. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "policy.h"
#include "profile.h"
#include "settings.h"
#include "terms.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(char *[]){ __VA_ARGS__ }, sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)      \
	}

static void takes_ports_scope_and_default(void **state)
{
	struct profile profile = { .blocked = { 25, 465, 2526 }, .blocked_n = 3, .scope = 0x15 };
	struct policy p = { .profile = &profile, .enforce = true, .otherwise.action = ACTION_DROP };
	const uint16_t ports[] = { 25, 26, 465, 587, 2525, 2526 };
	struct terms t = { .name = 77, .rules_at = 0 };
	struct fence_settings s;

	(void)state;
	assert_int_equal(settings_fill(&p, &t, EACCES, &s), 0);
	assert_int_equal(s.ports, 6);
	assert_memory_equal(s.port, ports, sizeof(ports));
	assert_int_equal(s.blocked, 1 << 0 | 1 << 2 | 1 << 5);
	assert_int_equal(s.scope4, 0x15);
	assert_int_equal(s.scope6, 0x15);
	assert_int_equal(s.words, 1);
	assert_int_equal(s.terms, 77);
	assert_int_equal(s.enforce, 1);
	assert_int_equal(s.default_action, ACTION_DROP);
	assert_int_equal(s.default_errno, EACCES);
	assert_false(s.has_to || s.has_uid || s.has_gid || s.has_exe || s.has_cgroup ||
		     s.has_limit || s.has_detour);
	for (unsigned port = 0; port < 65536; port++) {
		bool on = s.watched[port / 64] >> port % 64 & 1, want = false;

		for (int i = 0; i < 6; i++)
			want |= ports[i] == port;
		assert_int_equal(on, want);
	}
	assert_int_equal(settings_slot(&s, 587), 3);
	assert_int_equal(settings_slot(&s, 588), -1);
	profile.family = FAMILY_V4;
	assert_int_equal(settings_fill(&p, &t, EACCES, &s), 0);
	assert_true(s.scope4 == 0x15 && !s.scope6);
	profile.family = FAMILY_V6;
	assert_int_equal(settings_fill(&p, &t, EACCES, &s), 0);
	assert_true(!s.scope4 && s.scope6 == 0x15);
	p.err = ECONNREFUSED;
	assert_int_equal(settings_fill(&p, &t, EACCES, &s), 0);
	assert_int_equal(s.default_errno, ECONNREFUSED);
	p.otherwise.err = ETIMEDOUT;
	assert_int_equal(settings_fill(&p, &t, EACCES, &s), 0);
	assert_int_equal(s.default_errno, ETIMEDOUT);
}

static const struct {
	struct selectors s;
	uint8_t action;
	const char *asks;
} cases[] = {
	{ .asks = "" },
	{ .s.to_n = 1, .asks = "to" },
	{ .s.to_classes = 1, .asks = "to" },
	{ .s.not_to_n = 1, .asks = "to" },
	{ .s.not_classes = 1, .asks = "to" },
	{ .s.by[SELECTOR_NAME] = LIST("x"), .asks = "to" },
	{ .s.by[SELECTOR_USER] = LIST("x"), .asks = "uid" },
	{ .s.by[SELECTOR_GROUP] = LIST("x"), .asks = "gid" },
	{ .s.by[SELECTOR_EXE] = LIST("x"), .asks = "exe" },
	{ .s.by[SELECTOR_UNIT] = LIST("x"), .asks = "cgroup" },
	{ .s.by[SELECTOR_IMAGE] = LIST("x"), .asks = "cgroup" },
	{ .action = ACTION_LIMIT, .asks = "limit" },
	{ .action = ACTION_REDIRECT, .asks = "detour" },
	{ .action = ACTION_ANSWER, .asks = "detour" },
};

static void asks_only_what_terms_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct selectors none = { 0 };
		struct order order = { .action = cases[i].action },
			     block = { .action = ACTION_BLOCK };
		struct term term[] = { { .part = { &none }, .order = &block },
			{ .part = { &cases[i].s }, .order = &order } };
		struct terms t = { .term = term, .n = 2 };
		struct policy p = { 0 };
		struct fence_settings s;
		const char *asks;

		assert_int_equal(settings_fill(&p, &t, 1, &s), 0);
		asks = s.has_to       ? "to"
		       : s.has_uid    ? "uid"
		       : s.has_gid    ? "gid"
		       : s.has_exe    ? "exe"
		       : s.has_cgroup ? "cgroup"
		       : s.has_limit  ? "limit"
		       : s.has_detour ? "detour"
				      : "";
		assert_string_equal(asks, cases[i].asks);
		assert_true(s.has_to + s.has_uid + s.has_gid + s.has_exe + s.has_cgroup +
				    s.has_limit + s.has_detour <=
			    1);
	}
}

static void watches_what_rules_name(void **state)
{
	uint16_t ports[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct selectors own = { .port = ports, .port_n = 11, .not_port = ports, .not_port_n = 12 };
	struct order order = { 0 };
	struct term *term = calloc(65, sizeof(*term));
	struct terms t = { .term = term, .n = 65, .rules_at = 3 };
	struct policy p = { 0 };
	struct fence_settings s = { .ports = 77 };

	(void)state;
	assert_non_null(term);
	for (size_t i = 0; i < t.n; i++)
		term[i] = (struct term){ .part = { &own }, .order = &order };
	assert_int_equal(settings_fill(&p, &t, EPERM, &s), 0);
	assert_int_equal(s.ports, FENCE_PORTS);
	assert_int_equal(settings_slot(&s, 12), -1);
	assert_int_equal(s.words, 2);
	assert_int_equal(s.rules_at, 3);
	assert_int_equal(s.scope4, 1 << CLASS_PUBLIC);
	assert_int_equal(s.scope6, 1 << CLASS_PUBLIC);
	own.port_n = 12; /* and the five that are always watched */
	s.ports = 77;
	assert_int_equal(settings_fill(&p, &t, EPERM, &s), -E2BIG);
	assert_int_equal(s.ports, 77);
	free(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_ports_scope_and_default),
		cmocka_unit_test(asks_only_what_terms_ask),
		cmocka_unit_test(watches_what_rules_name),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
