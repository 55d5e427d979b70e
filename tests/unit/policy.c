/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* policy, charter, rule, canon, quote: the fixed point, the meaning, and what is refused. */
#include "policy.h"

#include <errno.h>
#include <sys/socket.h>

#include "bpf/fence.h"
#include "profile.h"
#include "said.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RULES "version: 1\nrules:\n"

static int set_up(void **state)
{
	(void)state;
	return setenv("SMTPFENCE_DATA", "data", 1);
}

static struct policy *load(const char *text)
{
	struct policy *p = NULL;

	if (policy_from_text("t", text, strlen(text), &p))
		fail_msg("refused: %s", text);
	return p;
}

static char *print(const struct policy *p)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	assert_int_equal(policy_print(p, false, to), 0);
	fclose(to);
	return text;
}

/* What `text` prints; asserts that it prints itself. */
static char *canonical(const char *text)
{
	struct policy *p = load(text), *q;
	char *once = print(p), *twice, hash[65], again[65];

	said_begin(); /* warnings were told the first time */
	q = load(once);
	say_to(stderr);
	fclose(said_to);
	free(said_text);
	twice = print(q);
	assert_string_equal(once, twice);
	assert_int_equal(policy_hash(p, hash), 0);
	assert_int_equal(policy_hash(q, again), 0);
	assert_string_equal(hash, again);
	policy_free(p);
	policy_free(q);
	free(twice);
	return once;
}

static void defaults(void **state)
{
	char *text = canonical("version: 1\n");

	(void)state;
	assert_string_equal(text, "version: 1\nmode: enforce\nprofile: generic-cloud\n"
				  "# blocked: port 25; scope: public; as ETIMEDOUT\n"
				  "established: count\ndefault: block\n");
	free(text);
}

static void prints_as_understood(void **state)
{
	char *text = canonical(
		"{default: drop, block: EACCES, established: keep, mode: audit, profile: strict,\n"
		"version: 1, rules: [{then: block EPERM, mode: audit, if: {port: [587, 25, 587],\n"
		"to: [2001:db8::/32, public, 10.0.0.0/8, '::ffff:192.0.2.1', private],\n"
		"exe: [/b, /a], cgroup: /x, unit: a.service, user: [root, '7']}, name: n},\n"
		"{then: allow, if: {to: [192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5,\n"
		"192.0.2.6,192.0.2.7], port: 25}}]}");

	(void)state;
	assert_string_equal(text,
		"version: 1\n"
		"mode: audit\n"
		"profile: strict\n"
		"# blocked: port 25, port 26, port 465, port 587, port 2525; scope: public; as ETIMEDOUT\n"
		"established: keep\n"
		"block: EACCES\n"
		"rules:\n"
		"  - name: \"n\"\n"
		"    if: { to: [public, private, 10.0.0.0/8, 192.0.2.1, \"2001:db8::/32\"], port: [25, 587],\n"
		"      user: [7, root], exe: [/a, /b], cgroup: /x, unit: a.service }\n"
		"    # uid 7, 0\n"
		"    then: block EPERM\n"
		"    mode: audit\n"
		"  - if: { to: [192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6, 192.0.2.7],\n"
		"      port: 25 }\n"
		"    then: allow\n"
		"default: drop\n");
	free(text);
}

static void means_what_it_says(void **state)
{
	struct policy *p = load(
		"version: 1\nmode: audit\nprofile: hetzner-cloud\nblock: ECONNREFUSED\n"
		"default: block EHOSTUNREACH\nrules:\n"
		"- {name: a, if: {to: [cgnat, 192.0.2.0/24], port: 2526, user: root}, then: block EACCES}\n"
		"- {if: {cgroup: /*/x}, then: drop, mode: audit}\n");
	const struct policy_rule *r = p->rule;

	(void)state;
	assert_false(p->enforce);
	assert_string_equal(p->profile_name, "hetzner-cloud");
	assert_true(profile_blocks(p->profile, 465));
	assert_int_equal(p->err, ECONNREFUSED);
	assert_int_equal(p->otherwise.action, ACTION_BLOCK);
	assert_int_equal(p->otherwise.err, EHOSTUNREACH);
	assert_string_equal(p->path, "t");
	assert_int_equal(p->rule_n, 2);
	assert_string_equal(r->name, "a");
	assert_true(r->named);
	assert_int_equal(r->when.to_classes, 1 << CLASS_CGNAT);
	assert_int_equal(r->when.to_n, 1);
	assert_int_equal(r->when.to[0].family, AF_INET);
	assert_int_equal(r->when.to[0].bits, 24);
	assert_int_equal(r->when.port[0], 2526);
	assert_int_equal(r->when.uid[0], 0);
	assert_int_equal(r->then.action, ACTION_BLOCK);
	assert_int_equal(r->then.err, EACCES);
	assert_false(r->audit);
	assert_int_equal(r->line, 7);
	r++;
	assert_string_equal(r->name, "rule 2");
	assert_false(r->named);
	assert_string_equal(r->when.by[SELECTOR_CGROUP].text[0], "/*/x");
	assert_int_equal(r->then.action, ACTION_DROP);
	assert_int_equal(r->then.err, 0);
	assert_true(r->audit);
	policy_free(p);
	policy_free(NULL);
}

/* Code point of the n bytes at s. */
static unsigned code_point(const char *s, size_t n)
{
	unsigned c = n == 1 ? *s : *s & 0x7f >> n;

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

/* A name as a double-quoted scalar: all of it escaped, or raw where YAML takes it for itself. */
static void put_name(FILE *to, const char *name, bool escape)
{
	fputc('"', to);
	for (size_t n; *name; name += n) {
		unsigned c;

		n = text_utf8(name, strlen(name));
		c = code_point(name, n);
		if (escape || c < ' ' || c == '"' || c == '\\' || (c >= 0x7f && c < 0xa0) ||
			c == 0x2028 || c == 0xfeff)
			fprintf(to, "\\U%08x", c);
		else
			fwrite(name, 1, n, to);
	}
	fputc('"', to);
}

static void hostile_names(void **state)
{
	static const char *const names[] = { "\"", "\\", "'", "#", " # x", "a # b", "- a", "-",
		"---", "...", "? a", ": a", "a: b", "a:", "[", "{a", "&a", "*a", "!a", "%a", "@a",
		"`a", "|", ">", "~", "null", "Yes", "on", "1", "1e3", "0x10", " a", "a ", "a  b",
		"\n", "a\nb", "a\n", "\ta", "\x01", "\x1b[2J\x1b]0;x\x07", "\x7f", "\xc2\x85",
		"\xc2\x9b"
		"31m",
		"\xe2\x80\xa8",
		"\xe2\x80\xae"
		"abc",
		"\xef\xbb\xbf", "f\xc3\xbcr", "\xe6\xbc\xa2\xe5\xad\x97", "\xf0\x9f\x93\xa7",
		"\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\",then: allow", "\r\n", "<<", "=", "rule 1",
		"%", "a,b", "a]b", "/etc//x" };
	char *text, shown[400], *out;
	size_t n;
	FILE *to;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(names); i++) {
		const char *name = names[i / 2];
		struct policy *p;

		to = open_memstream(&text, &n);
		fputs(RULES "- name: ", to);
		put_name(to, name, i % 2);
		fputs("\n  then: drop\n", to);
		fclose(to);
		p = load(text);
		assert_string_equal(p->rule[0].name, name);
		policy_free(p);
		out = canonical(text);
		/* inert on a terminal: nothing but its own line ends */
		for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
			assert_string_equal(
				line, text_inert(shown, sizeof(shown), line, strlen(line)));
		free(out);
		free(text);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "[]", "1:1: a policy has keys: version, mode, profile, rules, ...\n" },
		{ "mode: audit\n", "1:1: 'version: 1' is missing\n" },
		{ "version: 2\n", "1:10: this program reads version 1 of the policy format\n" },
		{ "version: 1\nmoode: audit\n",
			"2:1: 'moode' is not a key of a policy (version, mode, profile, established, block, exemptions, tenants, layers, rules, default); did you mean 'mode'?\n" },
		{ "version: 1\ninterfaces: {}\n",
			"2:1: 'interfaces' is not supported by this version (..." },
		{ "version: 1\nmode: block\n", "2:7: 'block' is not a mode (audit, enforce)\n" },
		{ "version: 1\nmode:\n", "2:6: '' is not a mode (audit, enforce)\n" },
		{ "version: 1\nprofile: digitlocean\n",
			"2:10: 'digitlocean' is not a profile (..." },
		{ "version: 1\nprofile: [aws]\n",
			"2:10: the name of a profile is expected here; ..." },
		{ "version: 1\nestablished: destroy\n",
			"2:14: 'destroy' is not supported by this version (accepted: keep, count)\n" },
		{ "version: 1\nblock: ENOENT\n",
			"2:8: 'ENOENT' is not an error a block may answer (..." },
		{ "version: 1\ndefault: redirect 127.0.0.1:25\n",
			"2:10: 'redirect' is not what a policy can end with (allow, block, drop)\n" },
		{ "version: 1\ndefault: [block]\n",
			"2:10: an action is expected here (allow, limit, redirect, answer, block, drop)\n" },
		{ "version: 1\nrules: {}\n", "2:8: 'rules' is a list: '- name: ...'\n" },
		{ RULES "- allow\n", "3:3: a rule has keys: name, if, then, mode\n" },
		{ RULES "- name: a\n",
			"3:3: the rule has no 'then': allow, limit, redirect, answer, block or drop\n" },
		{ RULES "- than: allow\n",
			"3:3: 'than' is not a key of a rule (name, if, then, mode); did you mean 'then'?\n" },
		{ RULES "- then: blok\n",
			"3:9: 'blok' is not an action (allow, limit, redirect, answer, block, drop); did you mean 'block'?\n" },
		{ RULES "- then: allow EPERM\n", "3:9: 'allow' takes nothing behind it\n" },
		{ RULES "- then: block  EPERM\n",
			"3:9: ' EPERM' is not an error a block may answer (..." },
		{ RULES "- then: block eperm\n",
			"3:9: 'eperm' is not an error a block may answer (..." },
		{ RULES "- {then: drop, mode: enforce}\n",
			"3:22: 'enforce' is not a mode of a rule (audit)\n" },
		{ RULES "- {then: drop, name: ''}\n",
			"3:22: a name is a text of 1 to 200 bytes\n" },
		{ RULES "- {then: drop, name: a}\n- {then: drop, name: a, if: {port: 26}}\n",
			"4:3: the rule in line 3 is called 'a' too\n" },
		{ RULES "- {then: drop, if: {}}\n",
			"3:20: 'if' is empty; leave it out for a rule without conditions\n" },
		{ RULES "- {then: drop, if: {to: 10.0.0.1/8}}\n",
			"3:25: '10.0.0.1/8' has bits set behind its prefix length\n" },
		{ RULES "- {then: drop, if: {mta: [exim, postfx]}}\n",
			"3:33: 'postfx' is not a mail server (..." },
		{ RULES "- {then: drop, if: {tenant: acme}}\n",
			"3:29: the policy has no tenant 'acme'\n" },
		{ "version: 1\ntenants: {a: {if: [{user: root}, {mta: postfx}]}}\n",
			"2:10: tenant 'a': 'postfx' is not a mail server (..." },
		{ "version: 1\nexemptions: 7d\n",
			"2:13: 'exemptions' is a map: { longest: 7d }\n" },
		{ "version: 1\nexemptions: {longest: 7}\n",
			"2:23: a time is expected here, such as 7d, 12h or 30m\n" },
		{ "version: 1\nexemptions: {longst: 7d}\n",
			"2:14: 'longst' is not a key of exemptions (longest); did you mean 'longest'?\n" },
		{ RULES "- {then: drop, if: {port: [1,2,3,4,5,6,7,8,9,10,11]}}\n"
			"- {then: drop, if: {port: [25, 12]}}\n",
			"4:3: port 12 is one too many: at most 16 are watched, ..." },
	};
	char said[300];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy *p = NULL;

		snprintf(said, sizeof(said), "smtpfence: t:%s", cases[i].said);
		said_begin();
		assert_int_equal(
			policy_from_text("t", cases[i].text, strlen(cases[i].text), &p), -EINVAL);
		said_end(said);
		assert_null(p);
	}
}

static void too_many_rules(void **state)
{
	struct policy *p = NULL;
	char *text;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	(void)state;
	fputs(RULES, to);
	for (int i = 0; i < FENCE_RULES; i++)
		fprintf(to, "- {if: {user: %d}, then: drop}\n", i);
	fflush(to);
	assert_int_equal(policy_from_text("t", text, n, &p), 0);
	assert_int_equal(p->rule_n, FENCE_RULES);
	policy_free(p);
	p = NULL;
	fputs("- {if: {user: 5000}, then: drop}\n", to);
	fclose(to);
	said_begin();
	assert_int_equal(policy_from_text("t", text, n, &p), -EINVAL);
	said_end("smtpfence: t:1027:3: more than 1024 rules\n");
	assert_null(p);
	free(text);
}

static void from_profile(void **state)
{
	struct policy *p = NULL;
	char *text, *again;

	(void)state;
	assert_int_equal(policy_from_profile("aws", false, &p), 0);
	assert_null(p->path);
	text = print(p);
	policy_free(p);
	again = canonical("version: 1\nmode: audit\nprofile: aws\n");
	assert_string_equal(text, again);
	free(text);
	free(again);
	p = NULL;
	said_begin();
	assert_int_equal(policy_from_profile("awz", true, &p), -ENOENT);
	said_end("smtpfence: no profile 'awz'; did you mean 'aws'?\n");
	assert_null(p);
}

/* The same rules in another order of keys and values, and in another shape, are the same policy. */
static void hash_is_of_the_meaning(void **state)
{
	struct policy *
		a = load("version: 1\nmode: enforce\nrules:\n- if:\n    to: [10.0.0.0/8, private]\n"
			 "    user: root\n  then: allow\n"),
	       *b = load(
		       "{rules: [{then: allow, if: {user: [root, root], to: [private, 10.0.0.0/8]}}],\n"
		       "# else\n version: '1'}"),
	       *c = load("version: 1\nrules: [{then: allow, if: {user: root, to: private}}]");
	char hash[3][65];

	(void)state;
	assert_int_equal(policy_hash(a, hash[0]), 0);
	assert_int_equal(policy_hash(b, hash[1]), 0);
	assert_int_equal(policy_hash(c, hash[2]), 0);
	assert_int_equal(strlen(hash[0]), 64);
	assert_int_equal(strspn(hash[0], "0123456789abcdef"), 64);
	assert_string_equal(hash[0], hash[1]);
	assert_string_not_equal(hash[0], hash[2]);
	policy_free(a);
	policy_free(b);
	policy_free(c);
}

static void names_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < ESTABLISHED_VALUES; i++)
		assert_non_null(policy_established_name(i));
	assert_null(policy_established_name(ESTABLISHED_VALUES));
}

static void full_device(void **state)
{
	struct policy *p = load("version: 1\n");
	FILE *to = fopen("/dev/full", "we");

	(void)state;
	assert_int_equal(policy_print(p, false, to), -EIO);
	fclose(to);
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(prints_as_understood),
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(refuses),
		cmocka_unit_test(too_many_rules),
		cmocka_unit_test(from_profile),
		cmocka_unit_test(hash_is_of_the_meaning),
		cmocka_unit_test(names_both_ways),
		cmocka_unit_test(full_device),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
