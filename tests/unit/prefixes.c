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
#include "prefixes.h"
#include "resolve.h"
#include "terms.h"
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

/* One term for each of the selectors. */
static void find(struct found *f, const struct selectors *s, size_t n)
{
	struct term *term = calloc(n, sizeof(*term));
	struct terms t = { .term = term, .n = n };
	struct prefixes_input in = { .terms = &t };

	assert_non_null(term);
	for (size_t i = 0; i < n; i++)
		term[i].part[0] = &s[i];
	assert_int_equal(vectors_init(&f->v), 0);
	assert_int_equal(prefixes_find(&in, &f->v, &f->entry, &f->n), 0);
	free(term);
}

static void done(struct found *f)
{
	vectors_free(&f->v);
	free(f->entry);
}

/* Terms 0 to 63 of the longest prefix: those that name it, or those without `to:`. */
static uint64_t terms(const struct found *f, const struct address *a, bool any)
{
	uint64_t set = any ? f->v.vector[VECTOR_TO_ANY].word[0] : 0;
	int best = -1;

	for (size_t i = 0; i < f->n; i++) {
		const struct fence_to *to = &f->entry[i].to;

		if (!address_covers(&f->entry[i].prefix, a) || f->entry[i].prefix.bits <= best)
			continue;
		best = f->entry[i].prefix.bits;
		set = f->v.vector[any ? to->any : to->named].word[0];
	}
	return set;
}

static void prints_the_nest(void **state)
{
	struct address a[] = { address("10.0.0.0/8"), address("10.1.0.0/16") };
	struct address b[] = { address("10.1.2.0/24"), address("2001:db8::/32") };
	struct address c[] = { address("10.1.0.0/16"), address("10.1.0.0/16") };
	struct selectors s[] = { { .to = a, .to_n = 2 }, { .to = b, .to_n = 2 },
		{ .to = c, .to_n = 2 } };
	static const char *const WANT = "10.0.0.0/8 1\n10.1.0.0/16 5\n10.1.2.0/24 7\n"
					"64:ff9b::a00:0/104 1\n64:ff9b::a01:0/112 5\n"
					"64:ff9b::a01:200/120 7\n2001:db8::/32 2\n";
	char text[512] = "", name[ADDRESS_TEXT];
	struct found f;

	(void)state;
	find(&f, s, 3);
	for (size_t i = 0; i < f.n; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %llx\n",
			address_print(name, &f.entry[i].prefix),
			f.v.vector[f.entry[i].to.named].word[0]);
	assert_string_equal(text, WANT);
	done(&f);
}

/* What adds nothing needs no entry: rule 0 has it all already. */
static void drops_what_adds_nothing(void **state)
{
	struct address a[] = { address("2001:db8::/32"), address("2001:db8:1::/48"),
		address("2001:db8:1:2::/64") };
	struct selectors s = { .to = a, .to_n = 3 };
	struct found f;

	(void)state;
	find(&f, &s, 1);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.entry[0].prefix.bits, 32);
	done(&f);
}

/* One rule per class: every address has just the rule of the class that the kernel gives it. */
static void borders_as_the_kernel_does(void **state)
{
	struct selectors s[CLASS_COUNT] = { 0 };
	struct target t = { 0 };
	struct address a;
	struct found f;

	(void)state;
	for (int i = 0; i < CLASS_COUNT; i++)
		s[i].to_classes = 1U << i;
	find(&f, s, CLASS_COUNT);
	/* all /16 of IPv4, with their first, second and last address; so too in NAT64 */
	for (uint32_t i = 0; i < 3 * 65536; i++) {
		uint32_t low[] = { 0, 1, 0xffff };
		uint32_t be = __builtin_bswap32(i / 3 << 16 | low[i % 3]);

		t = (struct target){ .addr = { be } };
		target_settle(&t, false);
		a = address_from_words(t.family, t.addr);
		assert_true(terms(&f, &a, false) == 1ULL << t.class);
		t = (struct target){ .addr = { __builtin_bswap32(0x64ff9b), 0, 0, be } };
		target_settle(&t, true);
		a = address_from_words(t.family, t.addr);
		assert_true(terms(&f, &a, false) == 1ULL << t.class);
	}
	/* all /16 of IPv6 */
	for (uint32_t i = 0; i < 4 * 65536; i++) {
		uint32_t low = __builtin_bswap32(i & 3);

		t = (struct target){ .addr = { __builtin_bswap32(i / 4 << 16), 0, 0, low } };
		target_settle(&t, true);
		a = address_from_words(t.family, t.addr);
		assert_true(terms(&f, &a, false) == 1ULL << t.class);
	}
	done(&f);
}

static void finds_nothing_in_nothing(void **state)
{
	struct selectors s = { 0 };
	struct found f;

	(void)state;
	find(&f, &s, 1);
	assert_int_equal(f.n, 0);
	assert_int_equal(f.v.n, VECTOR_FIRST);
	done(&f);
}

/* `not:` clears what names the target, and what names none. */
static void leaves_out_what_not_says(void **state)
{
	struct address to[] = { address("10.0.0.0/8") }, not [] = { address("10.1.0.0/16") },
		       inner[] = { address("10.1.2.0/24") };
	struct selectors s[] = {
		{ .to = to, .to_n = 1, .not_to = not, .not_to_n = 1 },
		{ .not_to = not, .not_to_n = 1 }, /* anything but */
		{ .to_classes = 1U << CLASS_PRIVATE, .not_to = inner, .not_to_n = 1 },
		{ .not_classes = 1U << CLASS_PUBLIC },
		{ .to = inner, .to_n = 1 }, /* within another's not */
		{ .to = not, .to_n = 1, .not_to = not, .not_to_n = 1 }, /* nothing */
	};
	static const struct {
		const char *at;
		uint64_t named, any;
	} cases[] = {
		{ "10.0.0.1", 1 << 0 | 1 << 2, 1 << 1 | 1 << 3 },
		{ "10.1.0.1", 1 << 2, 1 << 3 },
		{ "10.1.2.3", 1 << 4, 1 << 3 },
		{ "10.2.0.1", 1 << 0 | 1 << 2, 1 << 1 | 1 << 3 },
		{ "192.168.1.1", 1 << 2, 1 << 1 | 1 << 3 },
		{ "192.0.2.1", 0, 1 << 1 },
		{ "2001:db8::1", 0, 1 << 1 },
		{ "fd00::1", 0, 1 << 1 | 1 << 3 },
		{ "64:ff9b::10.1.0.1", 1 << 2, 1 << 3 },
		{ "64:ff9b::192.0.2.1", 0, 1 << 1 },
	};
	struct found f;

	(void)state;
	find(&f, s, sizeof(s) / sizeof(*s));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address a = address(cases[i].at);

		if (terms(&f, &a, false) != cases[i].named || terms(&f, &a, true) != cases[i].any)
			fail_msg("%s: named %lx, any %lx", cases[i].at, terms(&f, &a, false),
				terms(&f, &a, true));
	}
	done(&f);
}

static void counts_addresses_of_names(void **state)
{
	struct selectors s[2] = { [1] = { .by[SELECTOR_NAME].n = 1 } };
	struct term term[] = { { .part = { &s[0] } }, { .part = { &s[1] } } };
	struct terms t = { .term = term, .n = 2 };
	struct resolved_to to[] = { { 1, address("192.0.2.7") }, { 1, address("2001:db8::7") } };
	struct prefixes_input in = { &t, to, 2 };
	struct address a = address("192.0.2.7"), b = address("192.0.2.8"),
		       c = address("2001:db8::7"), d = address("64:ff9b::192.0.2.7");
	struct found f;

	(void)state;
	assert_int_equal(vectors_init(&f.v), 0);
	assert_int_equal(prefixes_find(&in, &f.v, &f.entry, &f.n), 0);
	assert_int_equal(terms(&f, &a, false), 1 << 1);
	assert_int_equal(terms(&f, &b, false), 0);
	assert_int_equal(terms(&f, &c, false), 1 << 1);
	assert_int_equal(terms(&f, &d, false), 1 << 1);
	assert_int_equal(terms(&f, &a, true), 1 << 0);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_nest),
		cmocka_unit_test(drops_what_adds_nothing),
		cmocka_unit_test(borders_as_the_kernel_does),
		cmocka_unit_test(finds_nothing_in_nothing),
		cmocka_unit_test(leaves_out_what_not_says),
		cmocka_unit_test(counts_addresses_of_names),
	};

	return cmocka_run_group_tests_name("prefixes", tests, NULL, NULL);
}
