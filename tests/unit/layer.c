/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* layer, and how a policy takes layers in: order, names, and that they can only tighten. */
#include "layer.h"

#include <errno.h>
#include <unistd.h>

#include "bpf/fence.h"
#include "policy.h"
#include "said.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TENANTS                                                                                    \
	"version: 1\ntenants: { shop: { if: { user: root } }, web: { if: { cgroup: /w } } }\n"

static char file[] = "/tmp/smtpfence-layer-XXXXXX";

static int set_up(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	close(fd);
	return fd < 0 || setenv("SMTPFENCE_DATA", "data", 1);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(file);
}

static struct policy *load(const char *text)
{
	struct policy *p = NULL;

	if (policy_from_text("t", text, strlen(text), &p))
		fail_msg("refused: %s", text);
	return p;
}

static char *print(const struct policy *p, bool origins)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_int_equal(policy_print(p, origins, to), 0);
	fclose(to);
	return text;
}

static void write_file(const char *text)
{
	FILE *f = fopen(file, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static const char canonical[] = "version: 1\n"
				"mode: enforce\n"
				"profile: generic-cloud\n"
				"# blocked: port 25; scope: public; as ETIMEDOUT\n"
				"established: count\n"
				"exemptions: { longest: 7d }\n"
				"tenants:\n"
				"  shop:\n"
				"    if: { user: root }\n"
				"  web:\n"
				"    if: { cgroup: /w }\n"
				"  # uid 0\n"
				"layers:\n"
				"  - tenant: shop\n"
				"    rules:\n"
				"      - name: mine\n"
				"        if: { to: 192.0.2.1 }\n"
				"        then: allow\n"
				"      - name: default\n"
				"        then: block EACCES\n"
				"  - tenant: web\n"
				"    rules:\n"
				"      - if: { port: 2525 }\n"
				"        then: answer 554 no\n"
				"rules:\n"
				"  - name: mine\n"
				"    if: { tenant: [shop, web] }\n"
				"    then: limit 5 connections/h\n"
				"default: block\n";

static const char policy[] =
	"layers: [{tenant: shop, default: block EACCES, rules: [{name: mine,\n"
	"if: {to: 192.0.2.1}, then: allow}]}]\n"
	"rules: [{name: mine, if: {tenant: [web, shop]}, then: limit 5 connections/h}]\n"
	"exemptions: {longest: 168h}\n"
	"tenants: {web: {if: {cgroup: /w}}, shop: {if: {user: root}}}\nversion: 1\n";

static struct policy *load_both(void)
{
	struct policy *p = load(policy);

	write_file("version: 1\ntenant: web\nrules: [{if: {port: 2525}, then: answer 554 no}]\n");
	assert_int_equal(policy_add_layer(p, file), 0);
	return p;
}

static void taken_in(void **state)
{
	struct policy *p = load_both();

	(void)state;
	assert_int_equal(p->layer_n, 2);
	assert_int_equal(p->rule_n, 4);
	assert_int_equal(p->rule[0].layer, 1);
	assert_string_equal(p->rule[1].name, "default");
	assert_int_equal(p->rule[1].then.err, EACCES);
	assert_int_equal(p->rule[2].layer, 2);
	assert_string_equal(p->rule[2].name, "rule 1");
	assert_int_equal(p->rule[2].line, 3);
	assert_int_equal(p->rule[3].layer, 0);
	assert_int_equal(p->longest_s, 7 * 86400);
	for (size_t i = 0; i < p->rule_n; i++)
		assert_null(p->rule[i].at);
	assert_string_equal(policy_origin(p, p->rule), "t");
	assert_string_equal(policy_origin(p, p->rule + 2), file);
	policy_free(p);
}

static void prints_itself(const char *text, const struct policy *p)
{
	struct policy *q = load(text);
	char *again = print(q, false), hash[2][65];

	assert_string_equal(again, canonical);
	assert_int_equal(policy_hash(p, hash[0]), 0);
	assert_int_equal(policy_hash(q, hash[1]), 0);
	assert_string_equal(hash[0], hash[1]);
	free(again);
	policy_free(q);
}

static void printed(void **state)
{
	struct policy *p = load_both();
	char *text = print(p, false), want[100];

	(void)state;
	assert_string_equal(text, canonical);
	prints_itself(text, p);
	free(text);
	text = print(p, true);
	snprintf(want, sizeof(want), "        then: answer 554 no\n        # %s:3\n", file);
	assert_non_null(strstr(text, want));
	assert_non_null(strstr(text, "    then: limit 5 connections/h\n    # t:3\ndefault"));
	prints_itself(text, p); /* comments change nothing */
	free(text);
	policy_free(p);
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "{}", "3:9: 'layers' is a list: '- { tenant: ..., rules: ... }'\n" },
		{ "[web]", "3:10: a layer has keys: tenant, rules, default\n" },
		{ "[{rules: [{then: drop}]}]", "3:10: a layer needs 'tenant': whose it is\n" },
		{ "[{tenant: [web], rules: [{then: drop}]}]",
			"3:19: the name of a tenant is expected here\n" },
		{ "[{tenant: acme, rules: [{then: drop}]}]",
			"3:19: the policy has no tenant 'acme'\n" },
		{ "[{tenant: web}]", "3:10: the layer has no rules\n" },
		{ "[{tenant: web, rules: []}]", "3:10: the layer has no rules\n" },
		{ "[{tenant: web, rules: {}}]", "3:31: 'rules' is a list: '- name: ...'\n" },
		{ "[{tenant: web, version: 1, default: drop}]",
			"3:24: 'version' is not a key of a layer (tenant, rules, default)\n" },
		{ "[{tenant: web, default: allow}]",
			"3:33: the default of a layer is block or drop; without one the rules below it decide\n" },
		{ "[{tenant: web, default: answer 554 no}]",
			"3:33: the default of a layer is ..." },
		{ "[{tenant: web, rules: [{then: drop, mode: audit}]}]",
			"3:32: a tenant can only tighten: a rule in audit would ..." },
		{ "[{tenant: web, rules: [{then: allow, mode: audit}]}]",
			"3:32: a tenant can only tighten: a rule in audit would ..." },
		{ "[{tenant: web, rules: [{then: limit to 5 addresses/h}]}]",
			"3:32: a tenant can only tighten: 'limit' and 'redirect' ..." },
		{ "[{tenant: web, rules: [{then: 'redirect 127.0.0.1:25'}]}]",
			"3:32: a tenant can only tighten: 'limit' and 'redirect' ..." },
		{ "[{tenant: web, rules: [{if: {tenant: [web, shop]}, then: drop}]}]",
			"3:52: the rules of a layer are for its own tenant, 'web'\n" },
		{ "[{tenant: web, rules: [{name: a, then: drop}, {name: a, then: allow}]}]",
			"3:55: the rule in line 3 is called 'a' too\n" },
		{ "[{tenant: web, rules: [{name: default, if: {port: 25}, then: drop}], default: drop}]",
			"3:32: 'default' is what the layer's own default is called\n" },
	};
	char text[400], said[300];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy *p = NULL;

		snprintf(text, sizeof(text), TENANTS "layers: %s\n", cases[i].text);
		snprintf(said, sizeof(said), "smtpfence: t:%s", cases[i].said);
		said_begin();
		assert_int_equal(policy_from_text("t", text, strlen(text), &p), -EINVAL);
		said_end(said);
		assert_null(p);
	}
}

static void refuses_files(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "tenant: web\ndefault: drop\n", "1:1: 'version: 1' is missing\n" },
		{ "version: 2\ntenant: web\ndefault: drop\n",
			"1:10: '2' is not a version that this program reads (1)\n" },
		{ "version: 1\nmode: audit\ntenant: web\n",
			"2:1: 'mode' is not a key of a tenant's file (tenant, rules, default, version)\n" },
		{ "version: 1\ntenant: acme\ndefault: drop\n",
			"2:9: the policy has no tenant 'acme'\n" },
		{ "version: 1\ntenant: web\nrules: [{if: {port: [1, 2]}, then: drop}]\n",
			"3:9: port 2 is one too many: at most 16 are watched, ..." },
		{ "version: 1\ntenant: web\nrules: [{if: {mta: x}, then: drop}]\n",
			"3:20: 'x' is not a mail server (..." },
		{ "version: 1\ntenant: web\ndefault: drop\nrules: [{then: allow}, {then: blok}]\n",
			"4:31: 'blok' is not an action (..." },
	};
	struct policy *p = load(TENANTS
		"rules: [{if: {port: [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}, then: drop}]\n");
	char *before = print(p, true), *after, said[300];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		write_file(cases[i].text);
		snprintf(said, sizeof(said), "smtpfence: %s:%s", file, cases[i].said);
		said_begin();
		assert_int_equal(policy_add_layer(p, file), -EINVAL);
		said_end(said);
	}
	said_begin();
	assert_int_equal(policy_add_layer(p, "/nonexistent"), -ENOENT);
	said_end("smtpfence: open /nonexistent: No such file or directory\n");
	after = print(p, true);
	assert_string_equal(before, after);
	free(before);
	free(after);
	policy_free(p);
}

static void too_many(void **state)
{
	struct policy *p = load(TENANTS);
	char *text;
	size_t n;
	FILE *to;

	(void)state;
	write_file("version: 1\ntenant: web\ndefault: drop\n");
	for (int i = 0; i < POLICY_LAYERS; i++)
		assert_int_equal(policy_add_layer(p, file), 0);
	said_begin();
	assert_int_equal(policy_add_layer(p, file), -EINVAL);
	assert_int_equal(p->layer_n, POLICY_LAYERS);
	text = print(p, false);
	policy_free(p);
	p = load(text);
	assert_int_equal(p->layer_n, POLICY_LAYERS);
	assert_int_equal(p->rule_n, POLICY_LAYERS);
	policy_free(p);
	free(text);

	to = open_memstream(&text, &n);
	fputs(TENANTS "rules:\n", to);
	for (int i = 0; i < FENCE_RULES; i++)
		fprintf(to, "- {if: {user: %d}, then: drop}\n", i);
	fclose(to);
	p = load(text);
	assert_int_equal(policy_add_layer(p, file), -EINVAL);
	assert_int_equal(p->rule_n, FENCE_RULES);
	policy_free(p);
	free(text);
	say_to(stderr);
	fclose(said_to);
	assert_non_null(strstr(said_text, ":1:1: more than 64 layers\n"));
	assert_non_null(strstr(said_text, ":1:1: with these it is more than 1024 rules\n"));
	free(said_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_in),
		cmocka_unit_test(printed),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_files),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
