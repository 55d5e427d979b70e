/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* dump: what another program reads is what the policy and the profile say. */
#include "dump.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"
#include "profile.h"

static json_t *parse(void (*write)(FILE *, const void *), const void *what)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	json_t *j;

	write(to, what);
	fclose(to);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	j = json_loads(text, 0, NULL);
	assert_non_null(j);
	free(text);
	return j;
}

static void write_policy(FILE *to, const void *p)
{
	dump_policy(to, p, "4be1");
}

static void write_profile(FILE *to, const void *p)
{
	dump_profile(to, p);
}

static void policies(void **state)
{
	static const char text[] =
		"{version: 1, mode: audit, block: EACCES, default: block EPERM, rules: [{name: \"a\\n\\\"\","
		"if: {to: [private, 192.0.2.0/24], port: [26, 25], user: root}, then: block ETIMEDOUT,"
		"mode: audit}, {then: drop}]}";
	struct policy *p = NULL;
	int port[2], audit;
	const char *name, *to[2], *user, *err, *mode, *hash, *fallback, *file;
	json_t *j, *rules;

	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	assert_int_equal(policy_from_text("t", text, strlen(text), &p), 0);
	j = parse(write_policy, p);
	assert_int_equal(json_unpack(j, "{s:s, s:s, s:s, s:s, s:o}", "file", &file, "hash", &hash,
				 "mode", &mode, "default_errno", &fallback, "rules", &rules),
		0);
	assert_string_equal(file, "t");
	assert_string_equal(hash, "4be1");
	assert_string_equal(mode, "audit");
	assert_string_equal(fallback, "EPERM");
	assert_int_equal(json_array_size(rules), 2);
	assert_int_equal(
		json_unpack(json_array_get(rules, 0), "{s:s, s:{s:[ss], s:[ii], s:[s]}, s:s, s:b}",
			"name", &name, "if", "to", &to[0], &to[1], "port", &port[0], &port[1],
			"user", &user, "errno", &err, "audit", &audit),
		0);
	assert_string_equal(name, "a\n\"");
	assert_string_equal(to[0], "private");
	assert_string_equal(to[1], "192.0.2.0/24");
	assert_int_equal(port[0], 25);
	assert_int_equal(port[1], 26);
	assert_string_equal(user, "root");
	assert_string_equal(err, "ETIMEDOUT");
	assert_true(audit);
	assert_int_equal(json_object_size(json_object_get(json_array_get(rules, 1), "if")), 0);
	json_decref(j);
	policy_free(p);
}

static void profiles(void **state)
{
	struct profile *p = NULL;
	const char *name, *scope, *hint[2], *confidence;
	int port[3], after;
	json_t *j;

	(void)state;
	assert_int_equal(profile_open("digitalocean", &p), 0);
	j = parse(write_profile, p);
	assert_int_equal(json_unpack(j, "{s:s, s:[iii!], s:[s!], s:i, s:[ss!], s:s}", "name", &name,
				 "ports", &port[0], &port[1], &port[2], "scope", &scope, "after_s",
				 &after, "instead", &hint[0], &hint[1], "confidence", &confidence),
		0);
	assert_string_equal(name, "digitalocean");
	assert_int_equal(port[2], 587);
	assert_string_equal(scope, "public");
	assert_int_equal(after, 134);
	assert_string_equal(hint[0], "2525");
	assert_string_equal(confidence, "B");
	json_decref(j);
	profile_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
