/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options of a run to the policy they mean. */
#include "plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#include "bpf/fence.h"
#include "policy.h"
#include "profile.h"

static int prepare(void **state)
{
	(void)state;
	say_to(NULL);
	return setenv("SMTPFENCE_DATA", "data", 1);
}

static struct policy *policy_of(const struct plan *p, const char *text)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);
	struct policy *policy = NULL;

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	if (plan_policy(p, fd, &policy))
		assert_null(policy);
	close(fd);
	return policy;
}

static void without_words_it_observes(void **state)
{
	struct policy *p = policy_of(&(struct plan){ 0 }, "");

	(void)state;
	assert_non_null(p);
	assert_false(p->enforce);
	assert_string_equal(p->profile_name, "observe");
	policy_free(p);
}

static void profiles_are_enforced(void **state)
{
	struct plan plan = { .profile = "gcp" };
	struct policy *p = policy_of(&plan, "");

	(void)state;
	assert_non_null(p);
	assert_true(p->enforce);
	assert_int_equal(p->otherwise.action, ACTION_BLOCK);
	assert_int_equal(plan_errno(p), ETIMEDOUT);
	policy_free(p);
	plan.as_provider = true;
	p = policy_of(&plan, "");
	assert_int_equal(p->otherwise.action, ACTION_DROP);
	policy_free(p);
	plan.profile = "gpc";
	assert_null(policy_of(&plan, ""));
}

static void files_say_more(void **state)
{
	static const char text[] = "version: 1\nmode: audit\nprofile: aws\n"
				   "rules:\n  - name: x\n    if: { port: 25 }\n    then: block\n"
				   "default: allow\n";
	struct plan plan = { .policy = "x.yaml", .as_provider = true };
	struct policy *p = policy_of(&plan, text);

	(void)state;
	assert_non_null(p);
	assert_false(p->enforce);
	assert_int_equal(p->otherwise.action, ACTION_ALLOW); /* nothing to silence */
	assert_int_equal(
		p->rule[0].then.action, ACTION_BLOCK); /* a rule stands above the profile */
	policy_free(p);
	assert_null(policy_of(&plan, "version: 2\n"));
	assert_null(policy_of(&plan, ""));
}

static void copies_also_pipes(void **state)
{
	struct plan plan = { 0 };
	char path[32], text[8] = "";
	int pair[2], fd = 7;

	(void)state;
	assert_int_equal(plan_text(&plan, &fd), 0);
	assert_int_equal(fd, -1);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(write(pair[1], "abc", 3), 3);
	close(pair[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pair[0]);
	plan.policy = path;
	assert_int_equal(plan_text(&plan, &fd), 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 3);
	assert_string_equal(text, "abc");
	close(fd);
	close(pair[0]);
	fd = 7;
	plan.policy = "-";
	assert_int_equal(plan_text(&plan, &fd), -EINVAL);
	plan.policy = "/nonexistent";
	assert_int_equal(plan_text(&plan, &fd), -ENOENT);
	plan.policy = "/dev/zero";
	assert_int_equal(plan_text(&plan, &fd), -EFBIG);
	plan.policy = "/tmp";
	assert_int_equal(plan_text(&plan, &fd), -EISDIR);
	assert_int_equal(fd, 7);
}

/* The other side may hand us anything. */
static void takes_only_text(void **state)
{
	struct plan plan = { .policy = "x.yaml" };
	struct policy *p = NULL;
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	assert_true(plan_policy(&plan, pair[0], &p) < 0);
	assert_true(plan_policy(&plan, -1, &p) < 0);
	assert_null(p);
	close(pair[0]);
	close(pair[1]);
}

static void names(void **state)
{
	static const struct {
		char *argv[4];
		const char *name;
	} cases[] = {
		{ { "python3", "send.py" }, "send.py" },
		{ { "/usr/bin/python3.11", "/srv/a/send.py", "-x" }, "send.py" },
		{ { "python3", "-c", "x" }, "python3" },
		{ { "curl", "smtp://x" }, "curl" },
		{ { "pythonic", "x" }, "pythonic" },
		{ { "./a\033[2J" }, "a\\x1b[2J" },
		{ { "sh", "" }, "sh" },
		{ { "/" }, "/" },
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan plan = { .command = cases[i].argv };

		assert_string_equal(plan_name(name, sizeof(name), &plan), cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_words_it_observes),
		cmocka_unit_test(profiles_are_enforced),
		cmocka_unit_test(files_say_more),
		cmocka_unit_test(copies_also_pipes),
		cmocka_unit_test(takes_only_text),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("plan", tests, prepare, NULL);
}
