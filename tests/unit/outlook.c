/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `up` found, as JSON: each sender's fate by port, each open connection's verdict, names inert. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "announce.h"
#include "compile.h"
#include "json.h"
#include "outlook.h"
#include "policy.h"
#include "process.h"
#include "resolve.h"
#include "senders.h"
#include "sockets.h"
#include "terms.h"

#include <cmocka.h>

struct scene {
	struct policy *policy;
	struct compiled *compiled;
	char *exe;
};

static int setup(void **state)
{
	static const char text[] =
		"version: 1\nmode: enforce\nprofile: generic-cloud\nrules:\n"
		"  - { name: \"relay\\nmay\", if: { to: 192.0.2.0/24 }, then: allow }\n";
	struct scene *s = calloc(1, sizeof(*s));
	const struct compile_options options = { .fallback_errno = 1 };
	struct resolved none = { 0 };
	struct terms t;
	int err;

	*state = s;
	if (!s || setenv("SMTPFENCE_DATA", "data", 1) || process_exe(getpid(), &s->exe) ||
		policy_from_text("text", text, strlen(text), &s->policy) ||
		terms_list(s->policy, NULL, &t))
		return -1;
	err = compile_policy(s->policy, &t, &none, &options, &s->compiled);
	terms_clear(&t);
	return err;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	compile_free(s->compiled);
	policy_free(s->policy);
	free(s->exe);
	free(s);
	return 0;
}

static json_t *told(const struct announce *a)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	struct json j;
	json_t *root;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	outlook_json(a, &j);
	json_close(&j, '}');
	fclose(to);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1); /* one line, whatever the names hold */
	free(text);
	return root;
}

static const char *at(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void senders(void **state)
{
	struct scene *s = *state;
	struct sender sender[] = {
		{ .name = "Postfix",
			.exe = s->exe,
			.client = s->exe,
			.pid = getpid(),
			.client_uid = 4242,
			.cgroup = "/a\nb.service" },
		{ .name = "msmtp", .exe = "/usr/bin/msmtp" },
	};
	struct announce a = { .policy = s->policy,
		.compiled = s->compiled,
		.cgroup_mount = "/nonexistent",
		.sender = sender,
		.sender_n = 2,
		.skipped = 3 };
	json_t *root = told(&a), *one = json_array_get(json_object_get(root, "senders"), 0), *port;

	assert_int_equal(json_array_size(json_object_get(root, "senders")), 2);
	assert_string_equal(at(one, "name"), "Postfix");
	assert_string_equal(at(one, "cgroup"), "/a\nb.service");
	assert_string_equal(at(one, "user_id"), "4242");
	port = json_array_get(json_object_get(one, "ports"), 0);
	assert_int_equal(json_integer_value(json_object_get(port, "port")), 25);
	assert_string_equal(at(port, "verdict"), "denied");
	assert_string_equal(at(port, "reason"), "default");
	one = json_array_get(json_object_get(root, "senders"), 1);
	assert_true(json_is_false(json_object_get(one, "running")));
	assert_null(json_object_get(one, "ports"));
	assert_int_equal(json_integer_value(json_object_get(root, "namespaces_skipped")), 3);
	json_decref(root);
}

static void connections(void **state)
{
	struct scene *s = *state;
	struct socket_seen socket[] = {
		{ .remote = { .family = 2, .bits = 32, .byte = { 198, 51, 100, 25 } },
			.port = 25,
			.uid = 1 },
		{ .listening = true, .port = 25 },
		{ .remote = { .family = 2, .bits = 32, .byte = { 192, 0, 2, 25 } },
			.port = 25,
			.uid = 1 },
	};
	struct announce a = { .policy = s->policy,
		.compiled = s->compiled,
		.cgroup_mount = "/nonexistent",
		.socket = socket,
		.socket_n = 3 };
	json_t *root = told(&a), *all = json_object_get(root, "connections");

	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(at(json_array_get(all, 0), "ip"), "198.51.100.25");
	assert_string_equal(at(json_array_get(all, 0), "verdict"), "denied");
	assert_string_equal(at(json_array_get(all, 1), "verdict"), "allowed");
	assert_string_equal(at(json_array_get(all, 1), "rule"), "relay\nmay");
	assert_null(json_object_get(json_array_get(all, 1), "exemption"));
	json_decref(root);
	s->compiled->term[0].number = FENCE_EXEMPTION | 7;
	root = told(&a);
	all = json_object_get(root, "connections");
	assert_string_equal(at(json_array_get(all, 1), "exemption"), "e7");
	assert_null(json_object_get(json_array_get(all, 1), "rule"));
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(senders, setup, teardown),
		cmocka_unit_test_setup_teardown(connections, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
