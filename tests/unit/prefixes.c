/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prefixes include what covers them; classes border as the kernel says; NAT64 is the IPv4 inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/target.h"
#include "policy.h"
#include "prefixes.h"
#include "vectors.h"

struct found {
	struct vectors v;
	struct prefixes_entry *entry;
	size_t n;
};

static struct address address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, &a), 0);
	return a;
}

static void find(struct found *f, const struct policy *p)
{
	assert_int_equal(vectors_init(&f->v), 0);
	assert_int_equal(prefixes_find(p, &f->v, &f->entry, &f->n), 0);
}

static void done(struct found *f)
{
	vectors_free(&f->v);
	free(f->entry);
}

/* Rules 0 to 63 of the longest prefix. */
static uint64_t rules(const struct found *f, const struct address *a)
{
	uint64_t set = 0;
	int best = -1;

	for (size_t i = 0; i < f->n; i++) {
		if (!address_covers(&f->entry[i].prefix, a) || f->entry[i].prefix.bits <= best)
			continue;
		best = f->entry[i].prefix.bits;
		set = f->v.vector[f->entry[i].vector].word[0];
	}
	return set;
}

static void prints_the_nest(void **state)
{
	struct address a[] = { address("10.0.0.0/8"), address("10.1.0.0/16") };
	struct address b[] = { address("10.1.2.0/24"), address("2001:db8::/32") };
	struct address c[] = { address("10.1.0.0/16"), address("10.1.0.0/16") };
	struct policy_rule rule[] = { { .to = a, .to_n = 2 }, { .to = b, .to_n = 2 },
		{ .to = c, .to_n = 2 } };
	struct policy p = { .rule = rule, .rule_n = 3 };
	static const char *const WANT = "10.0.0.0/8 1\n10.1.0.0/16 5\n10.1.2.0/24 7\n"
					"64:ff9b::a00:0/104 1\n64:ff9b::a01:0/112 5\n"
					"64:ff9b::a01:200/120 7\n2001:db8::/32 2\n";
	char text[512] = "", name[ADDRESS_TEXT];
	struct found f;

	(void)state;
	find(&f, &p);
	for (size_t i = 0; i < f.n; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %llx\n",
			address_print(name, &f.entry[i].prefix),
			f.v.vector[f.entry[i].vector].word[0]);
	assert_string_equal(text, WANT);
	done(&f);
}

/* What adds nothing needs no entry: rule 0 has it all already. */
static void drops_what_adds_nothing(void **state)
{
	struct address a[] = { address("2001:db8::/32"), address("2001:db8:1::/48"),
		address("2001:db8:1:2::/64") };
	struct policy_rule rule = { .to = a, .to_n = 3 };
	struct policy p = { .rule = &rule, .rule_n = 1 };
	struct found f;

	(void)state;
	find(&f, &p);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.entry[0].prefix.bits, 32);
	done(&f);
}

/* One rule per class: every address has just the rule of the class that the kernel gives it. */
static void borders_as_the_kernel_does(void **state)
{
	struct policy_rule rule[CLASS_COUNT] = { 0 };
	struct policy p = { .rule = rule, .rule_n = CLASS_COUNT };
	struct target t = { 0 };
	struct address a;
	struct found f;

	(void)state;
	for (int i = 0; i < CLASS_COUNT; i++)
		rule[i].to_classes = 1U << i;
	find(&f, &p);
	/* all /16 of IPv4, with their first, second and last address; so too in NAT64 */
	for (uint32_t i = 0; i < 3 * 65536; i++) {
		uint32_t low[] = { 0, 1, 0xffff };
		uint32_t be = __builtin_bswap32(i / 3 << 16 | low[i % 3]);

		t = (struct target){ .addr = { be } };
		target_settle(&t, false);
		a = address_from_words(t.family, t.addr);
		assert_true(rules(&f, &a) == 1ULL << t.class);
		t = (struct target){ .addr = { __builtin_bswap32(0x64ff9b), 0, 0, be } };
		target_settle(&t, true);
		a = address_from_words(t.family, t.addr);
		assert_true(rules(&f, &a) == 1ULL << t.class);
	}
	/* all /16 of IPv6 */
	for (uint32_t i = 0; i < 4 * 65536; i++) {
		uint32_t low = __builtin_bswap32(i & 3);

		t = (struct target){ .addr = { __builtin_bswap32(i / 4 << 16), 0, 0, low } };
		target_settle(&t, true);
		a = address_from_words(t.family, t.addr);
		assert_true(rules(&f, &a) == 1ULL << t.class);
	}
	done(&f);
}

static void finds_nothing_in_nothing(void **state)
{
	struct policy_rule rule = { 0 };
	struct policy p = { .rule = &rule, .rule_n = 1 };
	struct found f;

	(void)state;
	find(&f, &p);
	assert_int_equal(f.n, 0);
	assert_int_equal(f.v.n, VECTOR_FIRST);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_nest),
		cmocka_unit_test(drops_what_adds_nothing),
		cmocka_unit_test(borders_as_the_kernel_does),
		cmocka_unit_test(finds_nothing_in_nothing),
	};

	return cmocka_run_group_tests_name("prefixes", tests, NULL, NULL);
}
