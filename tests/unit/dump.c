/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* dump: what another program reads is what the policy and the profile say. */
#include "dump.h"

#include "say.h" /* first: cmocka makes a macro of its fail() */

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

/* Every selector and order, each in its place. */
static const char all_text[] =
	"{version: 1, exemptions: {longest: 2h}, tenants: {web: {contact: a@b.example,"
	"if: [{user: root}, {cgroup: /w}]}}, layers: [{tenant: web, default: drop}], rules: ["
	"{if: {to: {name: a.b}, not: {to: [ula, 192.0.2.1], port: 26}, label: {k: [x, y]},"
	"container: c, group: '7', tenant: web}, then: limit 5 connections/m to 3 addresses},"
	"{if: {vm: v}, then: 'redirect 192.0.2.2:26 [2001:db8::1]:27 transparent'},"
	"{if: {mta: exim, unit: x.service}, then: answer 554 no}]}";

static json_t *parse_all(void)
{
	struct policy *p = NULL;
	json_t *j;

	say_to(NULL); /* it warns of the DNS */
	assert_int_equal(policy_from_text("t", all_text, strlen(all_text), &p), 0);
	say_to(stderr);
	j = parse(write_policy, p);
	policy_free(p);
	return j;
}

static void tenants_and_layers(void **state)
{
	json_t *j = parse_all(), *t, *r;
	const char *s[4];
	int n[2];

	(void)state;
	assert_int_equal(json_unpack(j, "{s:i, s:[o!], s:[{s:s, s:s !}!], s:o}", "longest_s", n,
				 "tenants", &t, "layers", "tenant", s, "file", s + 1, "rules", &r),
		0);
	assert_int_equal(n[0], 7200);
	assert_string_equal(s[0], "web");
	assert_string_equal(s[1], "t");
	assert_int_equal(
		json_unpack(t, "{s:s, s:s, s:[{s:[s!], s:[i!] !}, {s:[s!] !} !] !}", "name", s,
			"contact", s + 1, "if", "user", s + 2, "uid", n, "cgroup", s + 3),
		0);
	assert_string_equal(s[1], "a@b.example");
	assert_int_equal(n[0], 0);
	assert_string_equal(s[3], "/w");
	assert_int_equal(json_array_size(r), 4);
	assert_int_equal(json_unpack(json_array_get(r, 0), "{s:s, s:i, s:s, s:s}", "name", s,
				 "layer", n, "then", s + 1, "file", s + 2),
		0);
	assert_string_equal(s[0], "default");
	assert_int_equal(n[0], 1);
	json_decref(j);
}

static void selectors(void **state)
{
	json_t *j = parse_all(), *r = json_object_get(j, "rules");
	const char *s[8];
	int n[2];

	(void)state;
	assert_int_equal(
		json_unpack(json_array_get(r, 1),
			"{s:{s:[{s:s!}!], s:[s!], s:[i!], s:[s!], s:[s!], s:[{s:s, s:[ss!] !}!], s:{s:[ss!], s:[i!] !} !}}",
			"if", "to", "name", s, "group", s + 1, "gid", n, "container", s + 2,
			"tenant", s + 3, "label", "key", s + 4, "value", s + 5, s + 6, "not", "to",
			s + 7, s + 7, "port", n + 1),
		0);
	assert_string_equal(s[0], "a.b");
	assert_int_equal(n[0], 7);
	assert_string_equal(s[2], "c");
	assert_string_equal(s[4], "k");
	assert_string_equal(s[6], "y");
	assert_string_equal(s[7], "192.0.2.1");
	assert_int_equal(n[1], 26);
	json_decref(j);
}

static void orders(void **state)
{
	json_t *j = parse_all(), *r = json_object_get(j, "rules");
	const char *s[4];
	int n[3], yes;

	(void)state;
	assert_int_equal(json_unpack(json_array_get(r, 1), "{s:s, s:{s:i, s:i, s:i !}}", "then", s,
				 "limit", "connections", n, "addresses", n + 1, "window_s", n + 2),
		0);
	assert_string_equal(s[0], "limit");
	assert_int_equal(n[0], 5);
	assert_int_equal(n[1], 3);
	assert_int_equal(n[2], 60);
	assert_int_equal(json_unpack(json_array_get(r, 2), "{s:{s:s, s:i, s:s, s:i, s:b !}}",
				 "redirect", "ipv4", s, "ipv4_port", n, "ipv6", s + 1, "ipv6_port",
				 n + 1, "transparent", &yes),
		0);
	assert_string_equal(s[0], "192.0.2.2");
	assert_int_equal(n[0], 26);
	assert_string_equal(s[1], "2001:db8::1");
	assert_int_equal(n[1], 27);
	assert_true(yes);
	assert_int_equal(json_unpack(json_array_get(r, 3), "{s:s, s:s, s:{s:[s!], s:[s!] !}}",
				 "then", s, "reply", s + 1, "if", "mta", s + 2, "unit", s + 3),
		0);
	assert_string_equal(s[1], "554 no");
	assert_string_equal(s[2], "exim");
	json_decref(j);
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
		cmocka_unit_test(tenants_and_layers),
		cmocka_unit_test(selectors),
		cmocka_unit_test(orders),
		cmocka_unit_test(profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
