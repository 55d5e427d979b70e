/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* selectors: read, printed as they are read, refused with their place; flags; what they ask for. */
#include "selectors.h"

#include <errno.h>
#include <sys/socket.h>

#include "bpf/fence.h"
#include "said.h"
#include "yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int parse(const char *text, struct selectors *s)
{
	struct yaml *y = NULL;
	int err = yaml_from_text("t", text, strlen(text), &y);

	assert_int_equal(err, 0);
	err = selectors_read(yaml_root(y), s);
	yaml_close(y);
	return err;
}

static char *print(const struct selectors *s)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	selectors_print(to, s);
	fclose(to);
	return text;
}

static void prints_as_understood(void **state)
{
	static const char *const cases[][2] = {
		{ "{to: 10.0.0.0/8}", NULL },
		{ "{user: [root, '7', root]}", "{ user: [7, root] }" },
		{ "{group: root}", NULL },
		{ "{to: [2001:db8::/32, public, 10.0.0.0/8, '::ffff:192.0.2.1', private], port: [587, 25]}",
			"{ to: [public, private, 10.0.0.0/8, 192.0.2.1, \"2001:db8::/32\"], port: [25, 587] }" },
		{ "{to: {name: Relay.Example.NET}}", "{ to: { name: relay.example.net } }" },
		{ "{to: [{name: b.example}, 192.0.2.1, {name: [a.example, b.example]}]}",
			"{ to: [192.0.2.1, { name: [a.example, b.example] }] }" },
		{ "{not: {port: [465, 25], to: [loopback, 192.0.2.0/24]}, to: public}",
			"{ to: public, not: { to: [loopback, 192.0.2.0/24], port: [25, 465] } }" },
		{ "{label: {tier: shop, env: [b, a], k8s.io/x: ''}}",
			"{ label: { env: [a, b], k8s.io/x: \"\", tier: shop } }" },
		{ "{vm: ['104', web], interface: 'tap*', tenant: acme, mta: postfix, namespace: prod,\n"
		  "pod: 'web-*', runtime: [podman, docker], image: 'docker.io/library/nginx:*',\n"
		  "container: [0123456789ab, 'shop-*'], unit: exim4.service, cgroup: /machine.slice/*,\n"
		  "exe: /usr/bin/curl}",
			"{ exe: /usr/bin/curl, cgroup: \"/machine.slice/*\", unit: exim4.service, "
			"container: [0123456789ab, \"shop-*\"], image: \"docker.io/library/nginx:*\", "
			"runtime: [docker, podman], pod: \"web-*\", namespace: prod, mta: postfix, "
			"tenant: acme, interface: \"tap*\", vm: [104, web] }" },
		{ "{container: \"\\e[2J\\u202e, x: {\"}",
			"{ container: \"\\x1b[2J\\u202e, x: {\" }" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selectors s = { 0 }, again = { 0 };
		char *once, *twice;

		assert_int_equal(parse(cases[i][0], &s), 0);
		once = print(&s);
		if (cases[i][1])
			assert_string_equal(once, cases[i][1]);
		assert_int_equal(parse(once, &again), 0);
		twice = print(&again);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
		selectors_clear(&s);
		selectors_clear(&again);
	}
}

static void means_what_it_says(void **state)
{
	struct selectors s = { 0 };

	(void)state;
	assert_int_equal(
		parse("{user: [root, '7'], group: '9', to: [cgnat, 192.0.2.0/24, {name: a.b}],\n"
		      "label: {b: x, a: [z, y]}, not: {to: ula, port: 25}}",
			&s),
		0);
	assert_int_equal(s.by[SELECTOR_USER].n, 2);
	assert_string_equal(s.by[SELECTOR_USER].text[0], "7");
	assert_int_equal(s.uid[0], 7);
	assert_int_equal(s.uid[1], 0);
	assert_int_equal(s.gid[0], 9);
	assert_int_equal(s.to_classes, 1 << CLASS_CGNAT);
	assert_int_equal(s.to_n, 1);
	assert_int_equal(s.to[0].bits, 24);
	assert_string_equal(s.by[SELECTOR_NAME].text[0], "a.b");
	assert_string_equal(s.label[0].key, "a");
	assert_string_equal(s.label[0].value.text[0], "y");
	assert_int_equal(s.label[0].value.n, 2);
	assert_int_equal(s.not_classes, 1 << CLASS_ULA);
	assert_int_equal(s.not_port[0], 25);
	selectors_clear(&s);
	assert_true(selectors_empty(&s));
	selectors_clear(&s);
}

#define CLASSES "(public, private, loopback, link-local, cgnat, ula, multicast)\n"

static void refuses(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "[]", "1:1: 'if' takes selectors: { to: ..., user: ... }\n" },
		{ "{}", "1:1: 'if' is empty; leave it out for a rule without conditions\n" },
		{ "{comm: curl}",
			"1:2: comm is what a program calls itself; name exe, unit or user instead\n" },
		{ "{containers: x}",
			"1:2: 'containers' is not a selector (to, port, label, not, user, group, exe, cgroup, unit, container, image, runtime, pod, namespace, mta, tenant, interface, vm); did you mean 'container'?\n" },
		{ "{to: []}",
			"1:6: an empty list selects nothing; leave 'to' out to select everything\n" },
		{ "{to: [[10.0.0.0/8]]}", "1:7: a value is expected here\n" },
		{ "{to: ''}", "1:6: a value is expected here\n" },
		{ "{to: {}}", "1:6: a value is expected here\n" },
		{ "{to: {name: []}}", "1:13: an empty list selects nothing; ..." },
		{ "{to: {name: [[a]]}}", "1:14: a value is expected here\n" },
		{ "{to: {nam: a}}", "1:7: 'nam' is not a way to name destinations (name); ..." },
		{ "{to: {name: a, port: 1}}",
			"1:16: 'port' is not a way to name destinations (name)\n" },
		{ "{to: {name: 192.0.2.1}}",
			"1:13: '192.0.2.1' is not the name of a host, such as relay.example.net\n" },
		{ "{to: {name: a..b}}", "1:13: 'a..b' is not the name of a host, ..." },
		{ "{to: {name: -a.b}}", "1:13: '-a.b' is not the name of a host, ..." },
		{ "{to: {name: \"a\\x1b.b\"}}", "1:13: 'a\\x1b.b' is not the name of a host, ..." },
		{ "{port: {name: a}}", "1:8: a value is expected here\n" },
		{ "{to: 10.0.0.1/8}", "1:6: '10.0.0.1/8' has bits set behind its prefix length\n" },
		{ "{to: [public, own]}",
			"1:15: 'own' is not for rules: name the addresses; what is not named is exempt\n" },
		{ "{to: smtp.example.net}",
			"1:6: 'smtp.example.net' is not an address, a prefix or a class of addresses " CLASSES },
		{ "{port: 0}", "1:8: '0' is not a port, a number from 1 to 65535\n" },
		{ "{port: [25, 65536]}",
			"1:13: '65536' is not a port, a number from 1 to 65535\n" },
		{ "{user: [root, no such]}", "1:15: there is no user 'no such' on this machine\n" },
		{ "{user: 4294967295}", "1:8: there is no user '4294967295' on this machine\n" },
		{ "{group: no such}", "1:9: there is no group 'no such' on this machine\n" },
		{ "{exe: curl}",
			"1:7: 'curl' is not the absolute path of a program, such as /usr/bin/curl\n" },
		{ "{exe: /}", "1:7: '/' is not the absolute path of a program,..." },
		{ "{exe: /a/../b}", "1:7: '/a/../b' is not the absolute path of a program, ..." },
		{ "{cgroup: a}", "1:10: 'a' is not a path below the root of ..." },
		{ "{cgroup: /a/}", "1:10: '/a/' is not a path below the root..." },
		{ "{cgroup: /sys/fs/cgroup/a}",
			"1:10: '/sys/fs/cgroup/a' is not a path below the root of the cgroup tree, ..." },
		{ "{unit: exim4}",
			"1:8: 'exim4' is not the name of a unit, such as exim4.service or php*.service\n" },
		{ "{unit: .service}", "1:8: '.service' is not the name of a..." },
		{ "{unit: a/b.service}", "1:8: 'a/b.service' is not the name..." },
		{ "{container: /shop}",
			"1:13: '/shop' is not a name or a pattern of names: at most 255 bytes, no slash\n" },
		{ "{runtime: rkt}",
			"1:11: 'rkt' is not a container runtime (docker, podman, containerd, cri-o, lxc)\n" },
		{ "{vm: 'web*'}",
			"1:6: 'web*' is not a name: at most 255 bytes, no slash, no pattern\n" },
		{ "{label: tier}",
			"1:9: 'label' takes keys and values: { tier: shop, env: [a, b] }\n" },
		{ "{label: {}}", "1:9: 'label' takes keys and values: ..." },
		{ "{label: {a: []}}", "1:13: an empty list selects nothing; leave 'a' out..." },
		{ "{label: {a: {b: c}}}", "1:13: a value is expected here\n" },
		{ "{label: {'a: b': c}}", "1:10: 'a: b' is not the key of a label: ..." },
		{ "{label: {'': c}}", "1:10: '' is not the key of a label: ..." },
		{ "{not: port}", "1:7: 'not' takes to and port: { to: ..., port: ... }\n" },
		{ "{not: {user: root}}",
			"1:8: 'not' takes to and port only; to except others, put a rule for them before this one\n" },
		{ "{not: {group: mail}}",
			"1:8: 'not: group' is impossible: only groups that are named in the policy are known\n" },
		{ "{not: {not: {port: 25}}}", "1:8: 'not' takes to and port only; ..." },
		{ "{not: {to: {name: a.b}}}", "1:12: 'not' takes no names: ..." },
		{ "{not: {port: []}}", "1:14: an empty list selects nothing; ..." },
	};
	char said[400];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selectors s = { 0 };

		snprintf(said, sizeof(said), "smtpfence: t:%s", cases[i].said);
		said_begin();
		assert_int_equal(parse(cases[i].text, &s), -EINVAL);
		said_end(said);
		assert_true(selectors_empty(&s));
	}
}

static void too_many_labels(void **state)
{
	struct selectors s = { 0 };
	char *text;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	(void)state;
	fputs("{label: {", to);
	for (int i = 0; i < 64; i++)
		fprintf(to, "k%02d: [a, b],\n", i);
	fflush(to);
	text[n - 2] = '}';
	text[n - 1] = '}';
	assert_int_equal(parse(text, &s), 0);
	assert_int_equal(s.label_n, 64);
	assert_int_equal(selectors_flag(&s, "label", "k63=c"), 0);
	said_begin();
	assert_int_equal(selectors_flag(&s, "label", "k64=c"), -EINVAL);
	said_end(
		"smtpfence: --label: 'k64=c' is one label too many: at most 64 may be asked for\n");
	selectors_clear(&s);
	fputs("k64: a}}", to);
	fclose(to);
	text[strlen("{label: {") + 64 * strlen("k00: [a, b],\n") - 2] = ',';
	text[strlen("{label: {") + 64 * strlen("k00: [a, b],\n") - 1] = '\n';
	said_begin();
	assert_int_equal(parse(text, &s), -EINVAL);
	said_end("smtpfence: t:65:1: 'k64' is one label too many: ...");
	free(text);
}

static void flags(void **state)
{
	static const char *const given[][2] = {
		{ "container", "shop" },
		{ "container", "blog" },
		{ "container", "shop" },
		{ "label", "tier=shop" },
		{ "label", "tier=web=1" },
		{ "to", "10.0.0.0/8" },
		{ "to", "name:relay.example.net" },
		{ "user", "root" },
		{ "port", "587" },
	};
	struct selectors s = { 0 };
	char *text;

	(void)state;
	for (size_t i = 0; i < COUNT(given); i++)
		assert_int_equal(selectors_flag(&s, given[i][0], given[i][1]), 0);
	assert_int_equal(selectors_settle(&s), 0);
	assert_int_equal(s.uid[0], 0);
	assert_int_equal(selectors_settle(&s), 0);
	text = print(&s);
	assert_string_equal(text,
		"{ to: [10.0.0.0/8, { name: relay.example.net }], port: 587, user: root, "
		"container: [blog, shop], label: { tier: [shop, \"web=1\"] } }");
	free(text);
	selectors_clear(&s);
}

static void wrong_flags(void **state)
{
	static const char *const cases[][3] = {
		{ "label", "tier", "--label: 'tier' is not KEY=VALUE\n" },
		{ "label", "=x", "--label: '=x' is not the key of a label: ..." },
		{ "not", "x", "--not: only the rules of a policy take it\n" },
		{ "comm", "x", "--comm: comm is what a program calls itself; ..." },
		{ "contaner", "x", "--contaner: 'contaner' is not a selector (..." },
		{ "port", "0", "--port: '0' is not a port, a number from 1 to 65535\n" },
		{ "user", "", "--user: '' is empty\n" },
		{ "name", "x", "--name: 'name' is not a selector (..." },
		{ "to", "name:1.2", "--to: 'name:1.2' is not the name of a host, ..." },
	};
	struct selectors s = { 0 };
	char said[200];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(said, sizeof(said), "smtpfence: %s", cases[i][2]);
		said_begin();
		assert_int_equal(selectors_flag(&s, cases[i][0], cases[i][1]), -EINVAL);
		said_end(said);
	}
	assert_int_equal(selectors_flag(&s, "group", "no such"), 0);
	said_begin();
	assert_int_equal(selectors_settle(&s), -ENOENT);
	said_end("smtpfence: --group: there is no group 'no such' on this machine\n");
	selectors_clear(&s);
}

/* What each key alone asks for. */
static void asks(void **state)
{
	static const struct {
		const char *text;
		bool who, cgroup, container, target;
	} cases[] = {
		{ "{to: public}", false, false, false, true },
		{ "{to: 192.0.2.1}", false, false, false, true },
		{ "{to: {name: a.b}}", false, false, false, true },
		{ "{port: 25}", false, false, false, false },
		{ "{not: {to: ula}}", false, false, false, false },
		{ "{not: {port: 25}}", false, false, false, false },
		{ "{not: {to: 192.0.2.1}}", false, false, false, false },
		{ "{user: '1'}", true, false, false, false },
		{ "{group: '1'}", true, false, false, false },
		{ "{exe: /a}", true, false, false, false },
		{ "{cgroup: /a}", true, true, false, false },
		{ "{unit: a.service}", true, true, false, false },
		{ "{container: a}", true, true, true, false },
		{ "{image: a}", true, true, true, false },
		{ "{runtime: lxc}", true, true, true, false },
		{ "{pod: a}", true, true, true, false },
		{ "{namespace: a}", true, true, true, false },
		{ "{label: {a: b}}", true, true, true, false },
		{ "{mta: exim}", true, false, false, false },
		{ "{tenant: a}", true, false, false, false },
		{ "{interface: a}", true, false, false, false },
		{ "{vm: a}", true, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selectors s = { 0 };

		assert_int_equal(parse(cases[i].text, &s), 0);
		assert_false(selectors_empty(&s));
		assert_int_equal(selectors_identify(&s), cases[i].who);
		assert_int_equal(selectors_by_cgroup(&s), cases[i].cgroup);
		assert_int_equal(selectors_by_container(&s), cases[i].container);
		assert_int_equal(selectors_name_target(&s), cases[i].target);
		selectors_clear(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_as_understood),
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(refuses),
		cmocka_unit_test(too_many_labels),
		cmocka_unit_test(flags),
		cmocka_unit_test(wrong_flags),
		cmocka_unit_test(asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
