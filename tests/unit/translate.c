/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy with a profile of its own becomes settings that carry its hash, or nothing. */
#include "translate.h"

#include <errno.h>
#include <unistd.h>

#include "cgroup.h"
#include "compile.h"
#include "exemption.h"
#include "policy.h"
#include "said.h"
#include "text.h"

static const char PROFILE[] = "provider: Example\nports: [25, 465]\nscope: public\neffect: drop\n"
			      "errno: ECONNREFUSED\nafter: unknown\nfamily: both\nwho: all\n"
			      "instead: [587]\nexemption: none\n"
			      "source: https://example.net/\nas-of: 2026-01-01\nconfidence: C\n";

static char dir[32], profile[64];

static int begin(void **state)
{
	FILE *f;
	char *mount = NULL;

	(void)state;
	say_to(NULL);
	if (cgroup_mount(&mount))
		*state = "no cgroup v2 here";
	say_to(stderr);
	free(mount);
	strcpy(dir, "/tmp/translate.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(profile, sizeof(profile), "%s/own.yaml", dir);
	f = fopen(profile, "w");
	return !f || fputs(PROFILE, f) < 0 || fclose(f);
}

static int end(void **state)
{
	(void)state;
	return unlink(profile) || rmdir(dir);
}

static struct policy *policy(const char *rest)
{
	struct policy *p = NULL;
	char text[512];

	snprintf(text, sizeof(text), "version: 1\nmode: enforce\nprofile: %s\n%s", profile, rest);
	said_begin();
	assert_int_equal(policy_from_text("test", text, strlen(text), &p), 0);
	said_end(NULL);
	return p;
}

static void the_hash_goes_with_it(void **state)
{
	struct policy *p = policy("rules:\n  - if: {user: 65533}\n    then: allow\n");
	struct compiled *c = NULL;
	char hex[65], want[65], eight[17];

	if (*state)
		skip();
	said_begin();
	assert_int_equal(translate_policy(p, NULL, EPERM, &c, hex), 0);
	said_end(NULL);
	assert_int_equal(policy_hash(p, want), 0);
	assert_string_equal(hex, want);
	snprintf(eight, sizeof(eight), "%016llx", (unsigned long long)c->settings.policy);
	assert_memory_equal(eight, hex, 16); /* as they are printed */
	assert_int_equal(c->term_n, 1);
	assert_int_equal(c->settings.enforce, 1);
	assert_int_equal(c->settings.has_uid, 1);
	assert_int_equal(c->uid[0].uid, 65533);
	assert_true(compile_blocks(c));
	assert_true(c->settings.watched[25 / 64] >> 25 % 64 & 1);
	compile_free(c);
	policy_free(p);
}

static void another_policy_has_another_hash(void **state)
{
	struct policy *one = policy(""), *two = policy("default: allow\n");
	struct compiled *c = NULL, *d = NULL;
	char hex[65], other[65];

	if (*state)
		skip();
	assert_int_equal(translate_policy(one, NULL, EPERM, &c, hex), 0);
	assert_int_equal(translate_policy(two, NULL, EPERM, &d, other), 0);
	assert_string_not_equal(hex, other);
	assert_true(c->settings.policy != d->settings.policy);
	assert_false(compile_blocks(d));
	compile_free(c);
	compile_free(d);
	policy_free(one);
	policy_free(two);
}

static void exemptions_come_first(void **state)
{
	struct policy *p = policy("rules:\n  - if: {user: 65533}\n    then: allow\n");
	struct exemption e = { .id = 3, .until_ns = text_wall_now() + 60000000000ULL };
	struct exemptions all = { &e, 1, 4 };
	struct compiled *c = NULL;
	char hex[65], want[65];

	if (*state)
		skip();
	assert_int_equal(translate_policy(p, &all, EPERM, &c, hex), 0);
	assert_int_equal(policy_hash(p, want), 0);
	assert_string_equal(hex, want); /* the policy's, whatever is exempt */
	assert_int_equal(c->term_n, 2);
	assert_int_equal(c->settings.rules_at, 1);
	assert_int_equal(c->term[0].number, FENCE_EXEMPTION | 3);
	assert_true(c->term[0].until_ns && !c->term[1].until_ns);
	compile_free(c);
	policy_free(p);
}

static void what_is_not_here_is_refused(void **state)
{
	struct policy *p = policy("rules:\n  - if: {exe: /nonexistent/x}\n    then: block\n");
	struct compiled *c = NULL;
	char hex[65] = "untouched";

	if (*state)
		skip();
	said_begin();
	assert_int_equal(translate_policy(p, NULL, EPERM, &c, hex), -ENOENT);
	said_end("smtpfence: test:5: exe /nonexistent/x: No such file or directory\n");
	assert_null(c);
	assert_string_equal(hex, "untouched");
	policy_free(p);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(the_hash_goes_with_it),
		CASE(another_policy_has_another_hash),
		CASE(exemptions_come_first),
		CASE(what_is_not_here_is_refused),
	};

	return cmocka_run_group_tests_name("translate", tests, NULL, NULL);
}
