/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Presets and tenants written out; a preset is looked for once. */
#include "preset.h" /* before its preset_find() is replaced */

static int found(const char *name, struct selectors **out, size_t *n);
#define preset_find found
#include "user/ways.c"
#undef preset_find

#include "said.h"

static unsigned looked;

/* "two" has two ways, "gone" is not here. */
static int found(const char *name, struct selectors **out, size_t *n)
{
	looked++;
	if (!strcmp(name, "gone"))
		return -ENOENT;
	if (strcmp(name, "two"))
		return -EINVAL;
	*out = calloc(2, sizeof(**out));
	*n = 2;
	return *out ? 0 : -ENOMEM;
}

static void writes_presets_out_once(void **state)
{
	char *two[] = { "two" };
	struct selectors plain = { 0 }, mail = { .by[SELECTOR_MTA] = { two, 1 } };
	struct selectors any[] = { plain, mail };
	struct tenant tenant = { .name = "shop", .any = any, .any_n = 2 };
	struct policy p = { .tenant = &tenant, .tenant_n = 1 };
	struct ways_presets presets = { 0 };
	struct ways_asked a = { "here", &p, &presets };
	struct ways w = { 0 };

	(void)state;
	looked = 0;
	assert_int_equal(ways_add(&a, &plain, &w), 0);
	assert_int_equal(w.n, 1);
	assert_true(w.way[0].part[0] == &plain && !w.way[0].part[1]);
	assert_int_equal(ways_add(&a, &mail, &w), 0);
	assert_int_equal(w.n, 3);
	assert_true(w.way[1].part[0] == &mail && w.way[1].part[1] == &presets.list[0][0]);
	assert_true(w.way[2].part[0] == &mail && w.way[2].part[1] == &presets.list[0][1]);
	assert_int_equal(ways_add_tenant(&a, "shop", &w), 0);
	assert_int_equal(w.n, 6);
	assert_true(w.way[3].part[0] == &any[0] && !w.way[3].part[1]);
	assert_true(w.way[5].part[0] == &any[1] && w.way[5].part[1] == &presets.list[0][1]);
	assert_int_equal(looked, 1);
	free(w.way);
	ways_forget(&presets);
	assert_int_equal(presets.n, 0);
	ways_forget(&presets);
}

static void says_what_is_not_here(void **state)
{
	char *names[] = { "gone", "two" };
	struct selectors mail = { .by[SELECTOR_MTA] = { names, 2 } };
	struct policy p = { 0 };
	struct ways_presets presets = { 0 };
	struct ways_asked a = { "p.yaml:7", &p, &presets };
	struct ways w = { 0 };

	(void)state;
	said_begin();
	assert_int_equal(ways_add(&a, &mail, &w), -ENOENT);
	said_end("smtpfence: p.yaml:7: no mail server gone is on this machine\n");
	said_begin();
	assert_int_equal(ways_add_tenant(&a, "x\ny", &w), -ENOENT);
	said_end("smtpfence: p.yaml:7: the policy has no tenant x\\x0ay\n");
	names[0] = "what";
	said_begin();
	assert_int_equal(ways_add(&a, &mail, &w), -EINVAL);
	said_end("smtpfence: p.yaml:7: mta what: Invalid argument\n");
	free(w.way);
	ways_forget(&presets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_presets_out_once),
		cmocka_unit_test(says_what_is_not_here),
	};

	return cmocka_run_group_tests_name("ways", tests, NULL, NULL);
}
