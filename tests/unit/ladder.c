/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Levels that are remembered are those that would be found anew. */
#include "ladder.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "say.h"

#include <cmocka.h>

static struct policy *policy;
static struct terms terms;
static struct match *match;
static struct ladder *ladder;

static int setup(void **state)
{
	static const char text[] =
		"version: 1\nprofile: generic-cloud\nrules:\n"
		"  - { if: { unit: \"a*.service\" }, then: allow }\n"
		"  - { if: { cgroup: /x/y }, then: block }\n"
		"  - { if: { cgroup: \"/x/*\", unit: c.service }, then: allow }\n";

	(void)state;
	say_to(NULL); /* doubts are not the matter here */
	assert_int_equal(setenv("SMTPFENCE_DATA", "data", 1), 0);
	assert_int_equal(policy_from_text("t", text, strlen(text), &policy), 0);
	say_to(stderr);
	assert_int_equal(terms_list(policy, NULL, &terms), 0);
	assert_int_equal(match_open(&terms, NULL, &match), 0);
	assert_int_equal(ladder_open(match, &ladder), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ladder_close(ladder);
	ladder_close(NULL);
	match_close(match);
	terms_clear(&terms);
	policy_free(policy);
	return 0;
}

/* From the root down, nothing remembered. */
static struct match_level anew(const char *path)
{
	struct match_level level, next;
	char part[256];

	assert_int_equal(match_child(match, NULL, "/", &level), 0);
	for (size_t n = 1; path[1] && path[n - 1]; n++) {
		if (path[n] && path[n] != '/')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		assert_int_equal(match_child(match, &level, part, &next), 0);
		level = next;
	}
	return level;
}

static void assert_climb(const char *path)
{
	const struct match_level *own, *parent;
	struct match_level want = anew(path);

	assert_int_equal(ladder_climb(ladder, path, &own, &parent), 0);
	assert_true(vectors_equal(&own->own, &want.own));
	assert_true(vectors_equal(&own->below, &want.below));
	assert_true(!parent == !path[1]);
}

static void as_found_anew(void **state)
{
	static const char *const paths[] = { "/", "/x", "/x/y", "/x/y/z", "/x/y/c.service", "/x",
		"/x/c.service", "/x/y/z", "/xy", "/x/yy", "/a1.service/b/c/d", "/a1.service/b",
		"/a1.service/bb/c", "/", "/x/c.service/d", "/q/c.service" };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
			assert_climb(paths[i]);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		ladder_forget(ladder, paths[i]);
		assert_climb(paths[(i * 7 + 3) % (sizeof(paths) / sizeof(*paths))]);
	}
}

static void the_deepest(void **state)
{
	const struct match_level *own = NULL, *parent;
	char path[256] = "";

	(void)state;
	for (int i = 0; i < FENCE_DEPTH; i++)
		strcat(path, "/d");
	assert_climb(path);
	strcat(path, "/d");
	assert_int_equal(ladder_climb(ladder, path, &own, &parent), -E2BIG);
	assert_null(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_found_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(the_deepest, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
