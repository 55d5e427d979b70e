/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* charter: of generated policies, what is printed reads back to the same meaning and the same bytes. */
#include "charter.h"

#include "say.h" /* first: cmocka makes a macro of its fail() */

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dump.h"
#include "policy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define POLICIES 600

/* xorshift: the same policies in every run. */
static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 20) % n;
}

static const char *const names[] = { "a", "web-1", "*", "x?", "[ab]*", " a ", "a: b", "a, b", "#",
	"- a", "\"", "\\", "'", "{", "}", "]", "a\nb", "\t", "\x1b[2J", "yes", "~", "0x10", "1e3",
	"2026-01-01", "!!int", "&a", "|", "%", "f\xc3\xbcr", "\xe6\xbc\xa2", "\xf0\x9f\x93\xa7",
	"a,b]", "0123456789ab",
	"very long, with a comma, and: another one, to be folded somewhere" };
static const char *const addresses[] = { "public", "private", "ula", "192.0.2.1", "10.0.0.0/8",
	"2001:db8::/32", "::/0", "0.0.0.0/0", "::ffff:192.0.2.0/120", "198.51.100.0/24" };
static const char *const hosts[] = { "relay.example.net", "A.Example", "_x.example" };
static const char *const ports[] = { "25", "26", "465", "587", "2525" };
static const char *const ids[] = { "root", "0", "7", "4294967294" };
static const char *const paths[] = { "/usr/bin/curl", "/a b/*", "/x\"y", "/{}", "/*: #" };
static const char *const units[] = { "exim4.service", "php*.service", "a b.slice", "[x], *" };
static const char *const runtimes[] = { "docker", "podman", "containerd", "cri-o", "lxc" };
static const char *const literals[] = { "104", "web", "a, b", "\"" };
static const char *const mtas[] = { "exim", "postfix", "sendmail" };
static const char *const tenants[] = { "acme", "shop", "web" };
static const char *const labels[] = { "tier", "k8s.io/app", "a:", "{", "#", "\"" };

struct key {
	const char *name;
	const char *const *pool;
	size_t n;
};
#define POOL(name, pool)                                                                           \
	{                                                                                          \
		name, pool, COUNT(pool)                                                            \
	}

static const struct key keys[] = {
	POOL("port", ports),
	POOL("user", ids),
	POOL("group", ids),
	POOL("exe", paths),
	POOL("cgroup", paths),
	POOL("unit", units),
	POOL("container", names),
	POOL("image", names),
	POOL("runtime", runtimes),
	POOL("pod", names),
	POOL("namespace", names),
	POOL("mta", mtas),
	POOL("interface", names),
	POOL("vm", literals),
	POOL("tenant", tenants),
};

/* Another writer than ours: everything but letters and digits is escaped, or stands as UTF-8. */
static void put(FILE *to, const char *s)
{
	fputc('"', to);
	for (; *s; s++)
		if (isalnum((unsigned char)*s) || *s & 0x80)
			fputc(*s, to);
		else
			fprintf(to, "\\x%02x", *s);
	fputc('"', to);
}

static void put_values(FILE *to, const struct key *k)
{
	unsigned n = 1 + below(below(8) ? 3 : 30);

	fprintf(to, "%s: [", k->name);
	for (unsigned i = 0; i < n; i++) {
		fputs(i ? "," : "", to);
		put(to, k->pool[below(k->n)]);
	}
	fputc(']', to);
}

static void put_labels(FILE *to)
{
	unsigned first = below(COUNT(labels)), n = 1 + below(COUNT(labels) - first);

	fputs(", label: {", to);
	for (unsigned i = first; i < first + n; i++) {
		fputs(i > first ? ", " : "", to);
		put(to, labels[i]);
		fputs(": [", to);
		put(to, names[below(COUNT(names))]);
		fputs(", ", to);
		put(to, below(2) ? "" : "x");
		fputs("]", to);
	}
	fputc('}', to);
}

static void put_targets(FILE *to)
{
	static const struct key port = POOL("port", ports), not_to = POOL("to", addresses);

	if (below(2)) {
		fputs(", to: [", to);
		put(to, addresses[below(COUNT(addresses))]);
		fprintf(to, ", %s", addresses[below(3)]);
		for (unsigned i = below(3); i; i--)
			fprintf(to, ", { name: %s }", hosts[below(COUNT(hosts))]);
		fputc(']', to);
	}
	if (below(3))
		return;
	fputs(", not: {", to);
	put_values(to, below(2) ? &port : &not_to);
	fputc('}', to);
}

/* `most` of the keys may stand there, from the first on. */
static void put_selectors(FILE *to, size_t most, bool targets)
{
	size_t first = below(most), step = 1 + below(4);

	fputc('{', to);
	for (size_t i = first; i < most; i += step) {
		fputs(i > first ? ", " : "", to);
		put_values(to, keys + i);
	}
	if (!below(3))
		put_labels(to);
	if (targets)
		put_targets(to);
	fputc('}', to);
}

static void put_rule(FILE *to, unsigned number, bool layer)
{
	static const char *const orders[] = { "allow", "block", "drop", "block EACCES", "answer",
		"answer 550 5.7.1 \\\"x\\\": # no, use 587", "limit 30 connections/h",
		"limit to 1 address/90s", "limit 1 connection/24h to 64 addresses",
		"redirect 127.0.0.1:1025", "redirect [2001:db8::9]:25 transparent" };

	fprintf(to, "   %s- { then: \"%s\"", layer ? "  " : "",
		orders[below(layer ? 6 : COUNT(orders))]);
	if (below(2)) {
		fputs(", name: ", to);
		put(to, names[number]);
	}
	if (!layer && !below(4))
		fputs(", mode: audit", to);
	if (below(8)) {
		fputs(", if: ", to);
		put_selectors(to, COUNT(keys) - layer, true);
	}
	fputs(" }\n", to);
}

static void put_tenants(FILE *to)
{
	fputs("tenants:\n", to);
	for (size_t i = 0; i < COUNT(tenants); i++) {
		fprintf(to, "  %s: { if: [", tenants[i]);
		for (unsigned n = 1 + below(3); n; n--) {
			/* whose a workload is says no port */
			fputs("{ exe: /x, pod: ", to);
			put(to, names[below(COUNT(names))]);
			fprintf(to, ", user: [%s, '7'] }%s", ids[below(2)], n > 1 ? ", " : "");
		}
		fprintf(to, "]%s }\n", below(2) ? ", contact: ops@example.net" : "");
	}
}

static void put_layers(FILE *to)
{
	unsigned n = below(4);

	if (n)
		fputs("layers:\n", to);
	for (; n; n--) {
		fprintf(to, " - tenant: %s\n   default: %s\n   rules:\n",
			tenants[below(COUNT(tenants))], below(2) ? "block" : "drop");
		for (unsigned i = 0; i < 3; i++)
			put_rule(to, i, true);
	}
}

static char *generate(void)
{
	static const char *const modes[] = { "audit", "enforce" };
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	fprintf(to, "version: 1\nmode: %s\nprofile: %s\nestablished: %s\n", modes[below(2)],
		below(2) ? "aws" : "hetzner-cloud", below(2) ? "keep" : "count");
	if (below(2))
		fprintf(to, "block: EACCES\nexemptions: { longest: %u%c }\n", 1 + below(200),
			"smhd"[below(4)]);
	put_layers(to);
	put_tenants(to);
	fputs("rules:\n", to);
	for (unsigned i = 0; i < 1 + below(12); i++)
		put_rule(to, i, false);
	fprintf(to, "default: %s\n", below(2) ? "drop" : "block EPERM");
	fclose(to);
	return text;
}

static char *print(const struct policy *p)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_int_equal(policy_print(p, false, to), 0);
	fclose(to);
	return text;
}

/* What it means, in other words than the canonical text: JSON without the numbers of lines. */
static char *meaning(const struct policy *p)
{
	static const char line[] = "\"line\":";
	char *text = NULL, *from, *at;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	dump_policy(to, p, NULL);
	fclose(to);
	for (at = text; (at = strstr(at, line)); memmove(at, from, strlen(from) + 1)) {
		at += strlen(line);
		from = at + strspn(at, "0123456789");
	}
	return text;
}

static struct policy *load(const char *text)
{
	struct policy *p = NULL;

	if (policy_from_text("t", text, strlen(text), &p)) {
		say_to(stderr);
		(void)policy_from_text("t", text, strlen(text), &p);
		fail_msg("refused: %s", text);
	}
	return p;
}

static void fixed_point(void **state)
{
	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	say_to(NULL); /* many a rule is worth a warning */
	for (int i = 0; i < POLICIES; i++) {
		char *text = generate(), *once, *twice, *means[2], hash[2][65];
		struct policy *p = load(text), *q;

		once = print(p);
		q = load(once);
		twice = print(q);
		assert_string_equal(once, twice);
		means[0] = meaning(p);
		means[1] = meaning(q);
		assert_string_equal(means[0], means[1]);
		assert_int_equal(policy_hash(p, hash[0]), 0);
		assert_int_equal(policy_hash(q, hash[1]), 0);
		assert_string_equal(hash[0], hash[1]);
		for (char *line = strtok(once, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(strlen(line) < 400);
		free(text);
		free(once);
		free(twice);
		free(means[0]);
		free(means[1]);
		policy_free(p);
		policy_free(q);
	}
	say_to(stderr);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fixed_point) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
