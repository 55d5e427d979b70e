/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* aim: what selectors say of a destination, and what the profile says where they are silent. */
#include "aim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bpf/fence.h"
#include "profile.h"
#include "selectors.h"

static const struct profile profile = {
	.blocked = { 25, 465 }, .blocked_n = 2, .scope = 1U << CLASS_PUBLIC | 1U << CLASS_CGNAT
};

static const struct {
	const char *key[3], *value[3];
	const char *to;
	uint16_t port;
	bool covered;
} cases[] = {
	{ {}, {}, "203.0.113.1", 25, true },
	{ {}, {}, "2001:db8::1", 465, true },
	{ {}, {}, "203.0.113.1", 587, false },
	{ {}, {}, "10.0.0.1", 25, false },
	{ {}, {}, "100.64.0.1", 25, true },
	{ { "port" }, { "587" }, "203.0.113.1", 587, true },
	{ { "port" }, { "587" }, "203.0.113.1", 25, false },
	{ { "port" }, { "587" }, "10.0.0.1", 587, false },
	{ { "to" }, { "10.0.0.0/8" }, "10.0.0.1", 25, true },
	{ { "to" }, { "10.0.0.0/8" }, "203.0.113.1", 25, false },
	{ { "to" }, { "10.0.0.0/8" }, "2001:db8::1", 25, false },
	{ { "to", "to" }, { "10.0.0.0/8", "public" }, "203.0.113.1", 25, true },
	{ { "to" }, { "private" }, "192.168.1.1", 25, true },
	{ { "to", "port" }, { "private", "26" }, "192.168.1.1", 26, true },
	{ { "to", "port" }, { "private", "26" }, "192.168.1.1", 25, false },
	{ { "to" }, { "name:relay.example.net" }, "203.0.113.1", 25, false },
};

static void each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct selectors s = {};
		struct address a;

		for (int k = 0; k < 3 && cases[i].key[k]; k++)
			assert_int_equal(selectors_flag(&s, cases[i].key[k], cases[i].value[k]), 0);
		assert_int_equal(selectors_settle(&s), 0);
		assert_int_equal(address_parse(cases[i].to, &a), 0);
		if (aim_covers(&s, &profile, &a, cases[i].port) != cases[i].covered)
			fail_msg("case %zu", i);
		selectors_clear(&s);
	}
}

static void one_family(void **state)
{
	struct profile four = profile, six = profile;
	struct selectors s = {};
	struct address v4, v6;

	(void)state;
	four.family = FAMILY_V4;
	six.family = FAMILY_V6;
	assert_int_equal(address_parse("203.0.113.1", &v4), 0);
	assert_int_equal(address_parse("2001:db8::1", &v6), 0);
	assert_true(aim_covers(&s, &four, &v4, 25) && !aim_covers(&s, &four, &v6, 25));
	assert_true(!aim_covers(&s, &six, &v4, 25) && aim_covers(&s, &six, &v6, 25));
}

static void what_is_left_out(void **state)
{
	uint16_t port = 25;
	struct address net, in, out;
	struct selectors s = { .not_to = &net, .not_to_n = 1 };

	(void)state;
	assert_int_equal(address_parse("203.0.113.0/24", &net), 0);
	assert_int_equal(address_parse("203.0.113.9", &in), 0);
	assert_int_equal(address_parse("198.51.100.9", &out), 0);
	assert_false(aim_covers(&s, &profile, &in, 25));
	assert_true(aim_covers(&s, &profile, &out, 25));
	s.not_port = &port;
	s.not_port_n = 1;
	assert_false(aim_covers(&s, &profile, &out, 25));
	assert_true(aim_covers(&s, &profile, &out, 465));
	s.not_classes = 1U << CLASS_PUBLIC;
	assert_false(aim_covers(&s, &profile, &out, 465));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case),
		cmocka_unit_test(one_family),
		cmocka_unit_test(what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
