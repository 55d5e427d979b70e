/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* value: what may stand as a value of a selector; ids; users and groups by name and number. */
#include "value.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	enum value_kind kind;
	const char *s;
	bool good;
} cases[] = {
	{ VALUE_ACCOUNT, "root", true },
	{ VALUE_ACCOUNT, "", false },
	{ VALUE_PROGRAM, "/usr/bin/curl", true },
	{ VALUE_PROGRAM, "/a b/...", true },
	{ VALUE_PROGRAM, "curl", false },
	{ VALUE_PROGRAM, "", false },
	{ VALUE_PROGRAM, "/", false },
	{ VALUE_PROGRAM, "/a/", false },
	{ VALUE_PROGRAM, "/a//b", false },
	{ VALUE_PROGRAM, "/a/./b", false },
	{ VALUE_PROGRAM, "/a/.", false },
	{ VALUE_PROGRAM, "/..", false },
	{ VALUE_PROGRAM, "/a/../b", false },
	{ VALUE_CGROUP, "/", true },
	{ VALUE_CGROUP, "/machine.slice/*", true },
	{ VALUE_CGROUP, "machine.slice", false },
	{ VALUE_CGROUP, "/sys/fs/cgroup/a", false },
	{ VALUE_UNIT, "exim4.service", true },
	{ VALUE_UNIT, "a.slice", true },
	{ VALUE_UNIT, "php*", true },
	{ VALUE_UNIT, "exim4", false },
	{ VALUE_UNIT, ".service", false },
	{ VALUE_UNIT, "a.target", false },
	{ VALUE_UNIT, "a/b.service", false },
	{ VALUE_NAME, "shop-[0-9]", true },
	{ VALUE_NAME, "a/b", false },
	{ VALUE_NAME, "", false },
	{ VALUE_LITERAL, "web 1", true },
	{ VALUE_LITERAL, "web?", false },
	{ VALUE_LITERAL, "a/b", false },
	{ VALUE_IMAGE, "docker.io/library/nginx:*", true },
	{ VALUE_IMAGE, "", false },
	{ VALUE_RUNTIME, "docker", true },
	{ VALUE_RUNTIME, "podman", true },
	{ VALUE_RUNTIME, "containerd", true },
	{ VALUE_RUNTIME, "cri-o", true },
	{ VALUE_RUNTIME, "lxc", true },
	{ VALUE_RUNTIME, "Docker", false },
	{ VALUE_HOST, "relay.example.net", true },
	{ VALUE_HOST, "a", true },
	{ VALUE_HOST, "4.example", true },
	{ VALUE_HOST, "_x.example", true },
	{ VALUE_HOST, "192.0.2.1", false },
	{ VALUE_HOST, "", false },
	{ VALUE_HOST, ".", false },
	{ VALUE_HOST, "a.", false },
	{ VALUE_HOST, "a..b", false },
	{ VALUE_HOST, "-a.b", false },
	{ VALUE_HOST, "a-.b", false },
	{ VALUE_HOST, "a b", false },
	{ VALUE_HOST, "f\xc3\xbcr.example", false },
	{ VALUE_LABEL_KEY, "app.kubernetes.io/name", true },
	{ VALUE_LABEL_KEY, "a b", false },
	{ VALUE_LABEL_KEY, "a\n", false },
	{ VALUE_LABEL_KEY, "", false },
	{ VALUE_LABEL, "", true },
	{ VALUE_LABEL, "a b\n", true },
};

static void faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *fault = value_fault(cases[i].kind, cases[i].s);

		if (!fault != cases[i].good)
			fail_msg("'%s' %s", cases[i].s, fault ? fault : "is accepted");
	}
}

/* The longest of each kind, and one byte more. */
static void lengths(void **state)
{
	static const struct {
		enum value_kind kind;
		size_t most;
	} longest[] = {
		{ VALUE_ACCOUNT, 255 },
		{ VALUE_PROGRAM, 4095 },
		{ VALUE_CGROUP, 4095 },
		{ VALUE_UNIT, 255 },
		{ VALUE_NAME, 255 },
		{ VALUE_LITERAL, 255 },
		{ VALUE_IMAGE, 1000 },
		{ VALUE_LABEL, 1000 },
		{ VALUE_LABEL_KEY, 320 },
	};
	char text[5000];

	(void)state;
	for (size_t i = 0; i < COUNT(longest); i++) {
		enum value_kind kind = longest[i].kind;
		size_t n = longest[i].most;

		memset(text, 'a', sizeof(text));
		if (kind == VALUE_PROGRAM || kind == VALUE_CGROUP)
			text[0] = '/';
		if (kind == VALUE_UNIT)
			text[0] = '*';
		text[n] = 0;
		assert_null(value_fault(kind, text));
		text[n] = 'a';
		text[n + 1] = 0;
		assert_non_null(value_fault(kind, text));
	}
	/* labels of 63 bytes, 253 in all */
	memset(text, 'a', sizeof(text));
	text[63] = text[127] = text[191] = '.';
	text[253] = 0;
	assert_null(value_fault(VALUE_HOST, text));
	text[253] = 'a';
	text[254] = 0;
	assert_non_null(value_fault(VALUE_HOST, text));
	text[64] = 0;
	text[63] = 'a';
	assert_non_null(value_fault(VALUE_HOST, text));
}

static void ids(void **state)
{
	char text[66];

	(void)state;
	assert_false(value_is_id("0123456789a"));
	assert_true(value_is_id("0123456789ab"));
	assert_false(value_is_id("0123456789AB"));
	assert_false(value_is_id("0123456789ag"));
	memset(text, 'f', sizeof(text));
	text[64] = 0;
	assert_true(value_is_id(text));
	text[64] = 'f';
	text[65] = 0;
	assert_false(value_is_id(text));
}

static void accounts(void **state)
{
	uint32_t id = 5;

	(void)state;
	assert_int_equal(value_uid("root", &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(value_uid("4294967294", &id), 0);
	assert_int_equal(id, 4294967294);
	assert_int_equal(value_uid("4294967295", &id), -ENOENT);
	assert_int_equal(value_uid("no such", &id), -ENOENT);
	assert_int_equal(id, 4294967294);
	assert_int_equal(value_gid("root", &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(value_gid("7", &id), 0);
	assert_int_equal(id, 7);
	assert_int_equal(value_gid("no such", &id), -ENOENT);
	assert_int_equal(value_gid("007", &id), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults),
		cmocka_unit_test(lengths),
		cmocka_unit_test(ids),
		cmocka_unit_test(accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
