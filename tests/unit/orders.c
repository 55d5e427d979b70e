/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Orders as the kernel takes them; a limit keeps its name while its rule is the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "orders.h"
#include "policy.h"
#include "terms.h"

static struct fence_term *fill(const struct policy *p, const struct term *term, size_t n)
{
	static const struct fence_relay answer = { .addr4 = 1, .port4 = 2 };
	struct terms t = { .term = (struct term *)term, .n = n };
	struct orders_input in = { p, &t, EACCES, &answer };
	struct fence_term *out;

	assert_int_equal(orders_fill(&in, &out), 0);
	return out;
}

static void takes_over_what_terms_say(void **state)
{
	struct order order[] = {
		{ .action = ACTION_ALLOW },
		{ .action = ACTION_BLOCK },
		{ .action = ACTION_BLOCK, .err = ETIMEDOUT },
		{ .action = ACTION_DROP },
		{ .action = ACTION_REDIRECT,
			.relay = { .addr4 = 7, .port4 = 1025 },
			.transparent = true },
		{ .action = ACTION_ANSWER },
		{ .action = ACTION_LIMIT, .most = 30, .most_to = 10, .window_s = 3600 },
	};
	enum { N = sizeof(order) / sizeof(*order) };
	struct policy_rule rule = { 0 };
	struct policy p = { .rule = &rule, .rule_n = 1, .err = ECONNREFUSED };
	struct term term[N];
	struct fence_term *t;

	(void)state;
	for (size_t i = 0; i < N; i++)
		term[i] = (struct term){ .order = &order[i], .name = "r" };
	term[0] = (struct term){ .order = &order[0],
		.name = "e7",
		.number = FENCE_EXEMPTION | 7,
		.until_ns = 99,
		.audit = true };
	term[1].pass = true;
	term[1].next = 4;
	t = fill(&p, term, N);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(t[i].action, order[i].action);
	assert_true(t[0].number == (FENCE_EXEMPTION | 7) && t[0].until_ns == 99 && t[0].audit);
	assert_true(!t[0].err && t[1].pass && t[1].next == 4);
	assert_int_equal(t[1].err, ECONNREFUSED);
	assert_int_equal(t[2].err, ETIMEDOUT);
	assert_int_equal(t[3].err, 0);
	assert_true(t[4].relay.addr4 == 7 && t[4].relay.port4 == 1025 && t[4].transparent);
	assert_int_equal(t[4].err, ECONNREFUSED); /* where it has nowhere to go */
	assert_true(t[5].relay.addr4 == 1 && t[5].relay.port4 == 2 && t[5].err == ECONNREFUSED);
	assert_true(t[6].most == 30 && t[6].most_to == 10 && t[6].err == ECONNREFUSED);
	assert_int_equal(t[6].window_ns, 3600 * 1000000000ULL);
	assert_true(t[6].limit && !t[5].limit);
	free(t);
	p.err = 0;
	t = fill(&p, term, N);
	assert_int_equal(t[1].err, EACCES);
	free(t);
}

static void limits_keep_their_names(void **state)
{
	struct order hour = { .action = ACTION_LIMIT, .most = 30, .window_s = 3600 };
	struct order day = { .action = ACTION_LIMIT, .most = 30, .window_s = 86400 };
	struct policy_layer layer[] = { { .tenant = "a" }, { .tenant = "b" } };
	struct policy_rule rule[] = { { .layer = 1 }, { .layer = 2 }, { .layer = 0 },
		{ .layer = 0 } };
	struct policy p = { .rule = rule, .rule_n = 4, .layer = layer, .layer_n = 2 };
	struct term term[] = {
		{ .order = &hour, .name = "r", .number = 0 },
		{ .order = &hour, .name = "r", .number = 1 }, /* another tenant's */
		{ .order = &hour, .name = "r", .number = 2 },
		{ .order = &hour, .name = "r", .number = 2 }, /* another way to match it */
		{ .order = &day, .name = "r", .number = 3 },
		{ .order = &hour, .name = "s", .number = 3 },
		{ .order = &hour, .name = "e3", .number = FENCE_EXEMPTION | 3 },
		{ .order = &hour, .name = "r", .number = 3 }, /* the third, had it been moved */
	};
	struct fence_term *t = fill(&p, term, 8);

	(void)state;
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < i; j++)
			assert_int_equal(t[i].limit == t[j].limit, i == 3 && j == 2);
	assert_true(t[7].limit == t[2].limit);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_over_what_terms_say),
		cmocka_unit_test(limits_keep_their_names),
	};

	return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}
