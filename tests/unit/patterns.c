/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many patterns at once match as fnmatch(3) does one by one, but for the root; what is below is what some path would match. */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "patterns.h"

#define SEED 20261125
#define ROUNDS 400
#define PATTERNS 40
#define PATHS 60

static uint64_t dice_state = SEED;

static uint32_t dice(uint32_t n)
{
	uint64_t z = dice_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

static void hit(const struct patterns_entry *e, void *arg)
{
	((bool *)arg)[e->tag] = true;
}

static bool matches(struct patterns *p, uint32_t space, const char *text, uint32_t tag)
{
	bool hits[PATTERNS] = { false };
	struct patterns_call to = { hit, hits };

	patterns_match(p, space, text, &to);
	return hits[tag];
}

static void tells_texts_from_globs(void **state)
{
	struct patterns p = { 0 };

	(void)state;
	assert_int_equal(patterns_add(&p, 5, "a\\x2db.service", 0), 0);
	assert_int_equal(patterns_add(&p, 5, "php@*.service", 1), 0);
	assert_int_equal(patterns_add(&p, 6, "php@*.service", 2), 0);
	assert_int_equal(patterns_add(&p, 5, "docker.io/*", 3), 0);
	assert_int_equal(patterns_add(&p, PATTERNS_PATH, "/a/*", 4), 0);
	assert_int_equal(patterns_add(&p, PATTERNS_PATH, "/*", 6), 0);
	assert_int_equal(patterns_add(&p, PATTERNS_PATH, "/", 7), 0);
	assert_int_equal(patterns_settle(&p), 0);
	assert_true(matches(&p, 5, "a\\x2db.service", 0));
	assert_false(matches(&p, 5, "a-b.service", 0));
	assert_true(matches(&p, 5, "php@1.service", 1));
	assert_false(matches(&p, 5, "php@1.service", 2));
	assert_false(matches(&p, 7, "php@1.service", 2));
	assert_true(matches(&p, 6, "php@1.service", 2));
	assert_true(matches(&p, 5, "docker.io/library/nginx", 3));
	assert_true(matches(&p, PATTERNS_PATH, "/a/b", 4));
	assert_false(matches(&p, PATTERNS_PATH, "/a/b/c", 4));
	/* A glob stands for something: the root has no component. */
	assert_false(matches(&p, PATTERNS_PATH, "/", 6));
	assert_true(matches(&p, PATTERNS_PATH, "/a", 6));
	assert_true(matches(&p, PATTERNS_PATH, "/", 7));
	patterns_free(&p);
	assert_int_equal(patterns_settle(&p), 0);
	assert_false(matches(&p, 5, "x", 0));
	patterns_free(&p);
}

static void random_path(char *to, bool glob)
{
	static const char *const part[] = { "a", "b", "ab", "a.b", "aab", "*", "a*", "?", "[ab]",
		"*b" };
	size_t n = dice(5);

	*to = 0;
	for (size_t i = 0; i < n; i++) {
		strcat(to, "/");
		strcat(to, part[dice(glob && dice(2) ? 10 : 5)]);
	}
	if (!n)
		strcpy(to, "/");
}

static size_t depth(const char *path)
{
	size_t n = 0;

	for (; path[1]; path++)
		n += *path == '/';
	return n;
}

/* Whether some path below `path` would match: the glob is longer, and begins as the path does. */
static bool could(const char *pattern, const char *path)
{
	char head[64];
	const char *end = pattern;

	if (depth(pattern) <= depth(path))
		return false;
	if (!depth(path))
		return true;
	for (size_t i = 0; i < depth(path); i++)
		end += 1 + strcspn(end + 1, "/");
	snprintf(head, sizeof(head), "%.*s", (int)(end - pattern), pattern);
	return !fnmatch(head, path, FNM_PATHNAME | FNM_NOESCAPE);
}

static void does_as_one_by_one(void **state)
{
	unsigned matched = 0, below = 0;

	(void)state;
	print_message("seed %u\n", SEED);
	for (int round = 0; round < ROUNDS; round++) {
		char text[PATTERNS][64], path[64];
		struct patterns p = { 0 };

		for (uint32_t i = 0; i < PATTERNS; i++) {
			random_path(text[i], true);
			assert_int_equal(patterns_add(&p, PATTERNS_PATH, text[i], i), 0);
		}
		assert_int_equal(patterns_settle(&p), 0);
		for (int i = 0; i < PATHS; i++) {
			bool own[PATTERNS] = { false }, under[PATTERNS] = { false };
			struct patterns_call to_own = { hit, own }, to_under = { hit, under };

			random_path(path, false);
			patterns_match(&p, PATTERNS_PATH, path, &to_own);
			patterns_below(&p, path, &to_under);
			for (int k = 0; k < PATTERNS; k++) {
				bool want = depth(text[k]) == depth(path) &&
					    !fnmatch(text[k], path, FNM_PATHNAME | FNM_NOESCAPE);

				if (own[k] != want || under[k] != could(text[k], path))
					fail_msg("%s at %s: matches %d, below %d", text[k], path,
						own[k], under[k]);
				matched += want;
				below += under[k];
			}
		}
		patterns_free(&p);
	}
	assert_true(matched > 10000 && below > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_texts_from_globs),
		cmocka_unit_test(does_as_one_by_one),
	};

	return cmocka_run_group_tests_name("patterns", tests, NULL, NULL);
}
