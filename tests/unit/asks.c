/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What terms ask of a cgroup gets slots, spaces and sets. */
#include "asks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LIST(...)                                                                                  \
	{                                                                                          \
		(char *[]){ __VA_ARGS__ }, sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)      \
	}

static void gives_each_ask_a_slot(void **state)
{
	struct selectors_label label[] = { { "tier", LIST("shop", "web*") },
		{ "zone", LIST("eu") } };
	struct selectors one = { .by[SELECTOR_UNIT] = LIST("a.service"),
		.by[SELECTOR_CGROUP] = LIST("/a", "/b/*") };
	struct selectors two = { .label = label, .label_n = 2, .by[SELECTOR_USER] = LIST("u") };
	struct selectors other = { .by[SELECTOR_USER] = LIST("u") };
	struct selectors last = { .label = &label[1], .label_n = 1 };
	struct order allow = { .action = ACTION_ALLOW }, block = { .action = ACTION_BLOCK };
	struct term term[] = { { .part = { &one, &two }, .order = &block },
		{ .part = { &other }, .order = &block }, { .part = { &last }, .order = &allow } };
	struct terms t = { .term = term, .n = 3 };
	struct asks a;

	(void)state;
	assert_int_equal(asks_list(&t, &a), 0);
	assert_int_equal(a.n, 5);
	for (size_t i = 0; i < 4; i++)
		assert_true(a.ask[i].term == 0 && a.ask[i].slot == i);
	assert_true(a.ask[4].term == 2 && a.ask[4].slot == 0);
	assert_int_equal(a.ask[0].space, SELECTOR_CGROUP);
	assert_int_equal(a.ask[1].space, SELECTOR_UNIT);
	assert_int_equal(a.ask[2].space, ASKS_SPACE_LABEL);
	assert_int_equal(a.ask[3].space, ASKS_SPACE_LABEL + 1);
	assert_int_equal(a.ask[4].space, ASKS_SPACE_LABEL + 1);
	assert_string_equal(a.ask[2].key, "tier");
	assert_int_equal(a.text_n, 7);
	assert_string_equal(a.text[1].text, "/b/*");
	assert_int_equal(a.text[4].ask, 2);
	assert_int_equal(a.terms.word[0], 5);
	assert_int_equal(a.strict.word[0], 1);
	assert_int_equal(a.with_user.word[0], 1);
	assert_int_equal(a.uses[0].word[0], 5);
	assert_int_equal(a.uses[3].word[0], 1);
	assert_int_equal(a.any_unit[1].word[0], 1);
	assert_int_equal(a.any_container[0].word[0], 0); /* an allow could not be any */
	assert_int_equal(a.any_container[2].word[0], 1);
	assert_int_equal(a.of_container_n, 2);
	assert_true(a.of_container[0] == 2 && a.of_container[1] == 3);
	assert_true(a.slots == 4 && a.words == 1);
	assert_true(a.by_container);
	asks_clear(&a);
	asks_clear(&a);
}

static void tells_ids_from_names(void **state)
{
	struct selectors ids = { .by[SELECTOR_CONTAINER] = LIST("0123456789ab") };
	struct selectors mixed = { .by[SELECTOR_CONTAINER] = LIST("0123456789ab", "shop") };
	struct order block = { .action = ACTION_BLOCK };
	struct term term[] = { { .part = { &ids }, .order = &block },
		{ .part = { &mixed }, .order = &block } };
	struct terms t = { .term = term, .n = 2 };
	struct asks a;

	(void)state;
	assert_int_equal(asks_list(&t, &a), 0);
	assert_false(a.ask[0].names);
	assert_true(a.ask[1].names);
	asks_clear(&a);
	assert_true(asks_is_id("0123456789abcdef"));
	assert_false(asks_is_id("0123456789a"));
	assert_false(asks_is_id("0123456789ag"));
	assert_false(asks_is_id("0123456789AB"));
	assert_false(asks_is_id("0123456789ab*"));
	assert_false(asks_is_id(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_ask_a_slot),
		cmocka_unit_test(tells_ids_from_names),
	};

	return cmocka_run_group_tests_name("asks", tests, NULL, NULL);
}
