/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* provider: what every shipped file says, and what is refused in one. */
#include "provider.h"

#include <errno.h>

#include "action.h"
#include "address.h"
#include "bpf/fence.h"
#include "said.h"

#include "list.h"
#include "profile.h"
#include "yaml.h"

/* A file that is whole; each test replaces or adds lines. */
#define WHO "provider: A\nfamily: both\nwho: all\nexemption: none\nsource: s\nas-of: 2026-06\n"
#define SURE "confidence: B\n"
#define PORT "ports: 25\nscope: public\neffect: drop\nerrno: EPERM\nafter: 2m\n"
#define INSTEAD "instead: 587\n"

static int read_from(const char *text, struct profile *p)
{
	struct yaml *y = NULL;
	int err = yaml_from_text("x.yaml", text, strlen(text), &y);

	if (!err)
		err = provider_read(y, p);
	yaml_close(y);
	return err;
}

static char *joined(char to[200], char *const *text, unsigned n)
{
	to[0] = 0;
	for (unsigned i = 0; i < n; i++)
		strcat(strcat(to, i ? " " : ""), text[i]);
	return to;
}

static char *numbers(char to[200], const struct profile *p)
{
	unsigned n = p->effect == EFFECT_RATE ? p->slowed_n : p->blocked_n;

	to[0] = 0;
	for (unsigned i = 0; i < n; i++)
		sprintf(to + strlen(to), "%s%u", i ? " " : "",
			p->effect == EFFECT_RATE ? p->slowed[i] : p->blocked[i]);
	return to;
}

static char *scope(char to[200], const struct profile *p)
{
	to[0] = 0;
	if (profile_unknown(p, KEY_SCOPE))
		return strcpy(to, "?");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (p->scope >> i & 1)
			strcat(strcat(to, *to ? " " : ""), address_class_name(i));
	return p->outside ? strcat(to, " but own") : to;
}

struct fact {
	const char *name, *ports, *scope, *effect, *instead;
	char confidence;
};

/* What the sources say, in words of our own: who changes a file must change this. `?`: unknown. */
static const struct fact shipped_facts[] = {
	{ "alibaba", "25", "public", "?", "465 587", 'B' },
	{ "atlantic-net", "25", "?", "?", "587 465", 'B' },
	{ "aws", "25", "public", "drop", "587 465 relay", 'A' },
	{ "aws-lambda", "25", "public", "drop", "587 465 relay", 'A' },
	{ "aws-lightsail", "25", "?", "?", "587 465 relay", 'B' },
	{ "azure", "25", "public", "drop", "587", 'A' },
	{ "azure-apps", "25", "?", "?", "587", 'A' },
	{ "azure-devtest", "25", "public", "drop", "587", 'A' },
	{ "azure-ea", "", "public", "none", "587", 'A' },
	{ "baidu", "25", "public", "?", "587 465", 'A' },
	{ "cloudzy", "25 465 587 2525", "?", "?", "api", 'A' },
	{ "digitalocean", "25 465 587", "?", "drop", "2525 api", 'B' },
	{ "digitalocean-old", "25", "?", "?", "587 465", 'A' },
	{ "edbb", "25", "?", "rate", "587 465", 'A' },
	{ "gcp", "25", "public but own", "drop", "587 465 relay", 'B' },
	{ "generic-cloud", "25", "public", "drop", "587 465", 'D' },
	{ "gitpod", "25 587", "?", "drop", "", 'C' },
	{ "hetzner-cloud", "25 465", "?", "drop", "587", 'A' },
	{ "ibm-classic", "25", "?", "?", "587 465 2525", 'A' },
	{ "isp-reactive", "25", "public but own", "drop", "587 465 relay", 'A' },
	{ "isp-residential", "25", "public but own", "drop", "587 465 relay", 'A' },
	{ "linode", "25 465 587", "?", "drop", "2525 api", 'A' },
	{ "linode-old", "", "public", "none", "587 465", 'A' },
	{ "mmitech", "25 26 465 587 2525", "?", "?", "api", 'A' },
	{ "observe", "", "public private link-local cgnat ula", "none", "587 465", 'A' },
	{ "oci", "25", "public", "drop", "587 relay", 'B' },
	{ "ovh", "25", "public private link-local cgnat ula", "?", "587 465", 'A' },
	{ "railway-hobby", "25 465 587 2525", "?", "drop", "api", 'A' },
	{ "render-free", "25 465 587", "?", "drop", "api", 'B' },
	{ "scaleway", "25 465 587", "?", "?", "api", 'A' },
	{ "scaleway-metal", "25 465 587", "?", "?", "api", 'A' },
	{ "selectel", "25", "public", "?", "587 465", 'A' },
	{ "strict", "25 26 465 587 2525", "public", "drop", "api", 'B' },
	{ "tencent", "25", "public", "?", "465 587", 'A' },
	{ "upcloud", "25", "public private but own", "?", "587 465", 'A' },
	{ "vercel", "25 587", "?", "drop", "", 'C' },
	{ "vultr", "25", "?", "?", "587 465", 'B' },
};

static void says(const struct profile *p, const struct fact *f)
{
	const char *effect = profile_unknown(p, KEY_EFFECT) ? "?" : provider_effect_name(p->effect);
	char text[200];

	assert_string_equal(p->name, f->name);
	assert_string_equal(numbers(text, p), f->ports);
	assert_string_equal(scope(text, p), f->scope);
	assert_string_equal(effect, f->effect);
	assert_string_equal(joined(text, p->hint, p->hint_n), f->instead);
	assert_int_equal(p->confidence, f->confidence);
	/* no provider tells how long; it follows from silence, and only where that is known */
	assert_int_equal(p->after_s, strcmp(effect, "drop") ? 0 : 134);
	assert_int_equal(p->err, p->blocked_n ? ETIMEDOUT : 0);
	assert_true(p->as_of && strcmp(p->as_of, "2018") >= 0);
	assert_non_null(p->source);
	assert_true(p->who || profile_unknown(p, KEY_WHO));
	assert_true(p->exemption || profile_unknown(p, KEY_EXEMPTION));
}

static void shipped(void **state)
{
	size_t n, count = sizeof(shipped_facts) / sizeof(shipped_facts[0]);
	char **names;

	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	assert_int_equal(profile_list(&names, &n), 0);
	assert_int_equal(n, count);
	for (size_t i = 0; i < n; i++) {
		struct profile *p = NULL;

		assert_int_equal(profile_open(names[i], &p), 0);
		says(p, shipped_facts + i);
		profile_free(p);
	}
	list_free_text(names, n);
}

/* Of IPv6 only AWS speaks; ours are ours. */
static void families(void **state)
{
	static const char *const known[] = { "aws", "aws-lambda", "generic-cloud", "observe",
		"strict" };

	(void)state;
	for (size_t i = 0; i < sizeof(shipped_facts) / sizeof(shipped_facts[0]); i++) {
		struct profile *p = NULL;
		bool found = false;

		assert_int_equal(profile_open(shipped_facts[i].name, &p), 0);
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found |= !strcmp(known[k], p->name);
		assert_int_equal(profile_unknown(p, KEY_FAMILY), !found);
		assert_int_equal(p->family, FAMILY_BOTH);
		profile_free(p);
	}
}

static void every_key(void **state)
{
	struct profile p = { 0 };
	char text[200];

	(void)state;
	assert_int_equal(
		read_from(
			"provider: A\naliases: [b, c-2]\nports: [2525, 25]\nfamily: v6\n"
			"scope: [own, public]\neffect: reject\nerrno: EACCES\nafter: 2m\nwho: new ones\n"
			"instead: [api, 465, relay]\nrelay: r port 587\nnote: n\nexemption: e\n"
			"source: s\nas-of: 2026-06-30\nconfidence: C\ndmi: [d, e]\n",
			&p),
		0);
	assert_string_equal(p.provider, "A");
	assert_string_equal(joined(text, p.alias, p.alias_n), "b c-2");
	assert_string_equal(numbers(text, &p), "25 2525");
	assert_int_equal(p.family, FAMILY_V6);
	assert_int_equal(p.scope, 1 << CLASS_OWN | 1 << CLASS_PUBLIC);
	assert_false(p.outside);
	assert_int_equal(p.effect, EFFECT_REJECT);
	assert_int_equal(p.err, EACCES);
	assert_int_equal(p.after_s, 120);
	assert_string_equal(p.who, "new ones");
	assert_string_equal(joined(text, p.hint, p.hint_n), "api 465 relay");
	assert_string_equal(p.relay, "r port 587");
	assert_string_equal(p.hint_note, "n");
	assert_string_equal(p.exemption, "e");
	assert_string_equal(p.source, "s");
	assert_string_equal(p.as_of, "2026-06-30");
	assert_int_equal(p.confidence, 'C');
	assert_string_equal(joined(text, p.dmi, p.dmi_n), "d e");
	assert_int_equal(p.unknown, 0);
	provider_clear(&p);
}

static void unknown(void **state)
{
	struct profile p = { 0 };

	(void)state;
	assert_int_equal(read_from("provider: unknown\nports: 25\nfamily: unknown\nscope: unknown\n"
				   "effect: unknown\nerrno: unknown\nafter: unknown\nwho: unknown\n"
				   "instead: unknown\nexemption: unknown\nsource: unknown\n"
				   "as-of: unknown\nconfidence: D\n",
				 &p),
		0);
	assert_string_equal(p.provider, "unknown"); /* a name like any other */
	assert_int_equal(p.scope, 1 << CLASS_PUBLIC);
	assert_int_equal(p.family, FAMILY_BOTH);
	assert_int_equal(p.effect, EFFECT_DROP);
	assert_int_equal(p.err, ETIMEDOUT);
	assert_int_equal(p.after_s, 0);
	assert_int_equal(p.hint_n, 0);
	assert_null(p.who);
	assert_null(p.exemption);
	assert_null(p.source);
	assert_null(p.as_of);
	for (int key = 0; key < KEY_COUNT; key++)
		assert_int_equal(p.unknown >> key & 1,
			key == KEY_FAMILY || key == KEY_SCOPE || key == KEY_EFFECT ||
				key == KEY_ERRNO || key == KEY_AFTER || key == KEY_WHO ||
				key == KEY_INSTEAD || key == KEY_EXEMPTION || key == KEY_SOURCE ||
				key == KEY_AS_OF);
	provider_clear(&p);
}

static void scopes(void **state)
{
	static const struct {
		const char *text;
		uint32_t scope;
		bool outside;
	} cases[] = {
		{ "any",
			1 << CLASS_PUBLIC | 1 << CLASS_PRIVATE | 1 << CLASS_LINK_LOCAL |
				1 << CLASS_CGNAT | 1 << CLASS_ULA,
			false },
		{ "not-in-prefixes",
			1 << CLASS_PUBLIC | 1 << CLASS_PRIVATE | 1 << CLASS_LINK_LOCAL |
				1 << CLASS_CGNAT | 1 << CLASS_ULA,
			true },
		{ "[public, not-in-prefixes]", 1 << CLASS_PUBLIC, true },
		{ "[private, own]", 1 << CLASS_PRIVATE | 1 << CLASS_OWN, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile p = { 0 };
		char text[400];

		snprintf(text, sizeof(text),
			WHO SURE INSTEAD
			"ports: 25\neffect: drop\nerrno: EPERM\nafter: 2m\nscope: %s\n",
			cases[i].text);
		assert_int_equal(read_from(text, &p), 0);
		assert_int_equal(p.scope, cases[i].scope);
		assert_int_equal(p.outside, cases[i].outside);
		provider_clear(&p);
	}
}

/* What is slowed is not blocked, and may be told to be used. */
static void slows(void **state)
{
	struct profile p = { 0 };

	(void)state;
	assert_int_equal(read_from(WHO SURE "instead: 587\nscope: any\nports: [25, 587]\n"
					    "effect: rate\nrate: 8 packets a second\n",
				 &p),
		0);
	assert_int_equal(p.blocked_n, 0);
	assert_int_equal(p.slowed_n, 2);
	assert_int_equal(p.slowed[1], 587);
	assert_string_equal(p.rate, "8 packets a second");
	provider_clear(&p);
}

static const struct {
	const char *text, *said;
} bad[] = {
	{ "[]\n", "1:1: a profile is a list of 'key: value' lines\n" },
	{ "prots: 25\n", "1:1: 'prots' is not a key of a profile (..." },
	{ "hints: 25\n", "1:1: 'hints' is not a key of a profile (..." },
	{ PORT WHO SURE, "1:1: 'instead' is missing; what the source does not say is 'unknown'\n" },
	{ PORT WHO INSTEAD, "1:1: 'confidence' is missing\n" },
	{ "family: both\n", "1:1: 'provider' is missing\n" },
	{ WHO SURE INSTEAD "scope: public\neffect: none\n", "1:1: 'ports' is missing\n" },
	{ WHO SURE INSTEAD "scope: public\nports: 25\neffect: drop\nafter: 2m\n",
		"1:1: 'errno' is missing; what the source does not say is 'unknown'\n" },
	{ WHO SURE INSTEAD "scope: public\nports: 25\neffect: drop\nerrno: EPERM\n",
		"1:1: 'after' is missing; what the source does not say is 'unknown'\n" },
	{ WHO SURE INSTEAD "scope: public\nports: none\neffect: drop\n",
		"1:1: 'ports' and 'effect' go together: what is blocked, and how\n" },
	{ WHO SURE INSTEAD "scope: public\nports: 25\neffect: none\nerrno: EPERM\nafter: 2m\n",
		"1:1: 'ports' and 'effect' go together: what is blocked, and how\n" },
	{ WHO SURE INSTEAD "scope: none\nports: 25\neffect: drop\nerrno: EPERM\nafter: 2m\n",
		"1:1: 'ports' and 'scope' go together: to which addresses\n" },
	{ WHO SURE INSTEAD "scope: public\nports: 25\neffect: rate\n",
		"1:1: 'effect: rate' and 'rate' go together: how slow it gets\n" },
	{ PORT WHO SURE INSTEAD "rate: 3\n",
		"1:1: 'effect: rate' and 'rate' go together: how slow it gets\n" },
	{ PORT WHO SURE "instead: [587, relay]\n",
		"1:1: 'instead: relay' and 'relay' go together: which one, on what port\n" },
	{ PORT WHO SURE INSTEAD "relay: r\n",
		"1:1: 'instead: relay' and 'relay' go together: which one, on what port\n" },
	{ WHO SURE INSTEAD
		"ports: [25, 587]\nscope: public\neffect: drop\nerrno: EPERM\nafter: 2m\n",
		"1:1: 'instead' names port 587, which 'ports' blocks\n" },
	{ "ports: [25, 0]\n", "1:13: a port is a number from 1 to 65535\n" },
	{ "ports: [25, none]\n", "1:13: a port is a number from 1 to 65535\n" },
	{ "ports: [25, 25]\n", "1:13: port 25 is here twice\n" },
	{ "ports: {a: b}\n", "1:8: a port is a number from 1 to 65535\n" },
	{ "ports: []\n", "1:8: an empty list says nothing: leave 'ports' out, or say none\n" },
	{ "ports: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]\n",
		"1:64: more than 16 ports\n" },
	{ "ports: unknown\n", "1:8: a port is a number from 1 to 65535\n" },
	{ "family: v5\n", "1:9: 'v5' is not a family (both, v4, v6, unknown)..." },
	{ "family: [v4, v6]\n", "1:9: one word is expected here (..." },
	{ "scope: everywhere\n", "1:8: a class of addresses is expected here, ..." },
	{ "scope: [public, unknown]\n", "1:17: a class of addresses is expected here, ..." },
	{ "effect: dorp\n", "1:9: 'dorp' is not an effect (none, drop, reject, rate, unknown)..." },
	{ "instead: 2526\n",
		"1:10: '2526' is not something to use instead (587, 465, 2525, api, relay)..." },
	{ "instead: [api, api]\n", "1:16: 'api' is here twice\n" },
	{ "errno: ENOENT\n", "1:8: 'ENOENT' is not an error a block may answer (..." },
	{ "after: 12\n", "1:8: a time is expected here, such as 134s or 2m\n" },
	{ "as-of: 202\n", "1:8: a date is expected here, such as 2026, 2026-06 or 2026-06-30\n" },
	{ "as-of: 2026/06\n",
		"1:8: a date is expected here, such as 2026, 2026-06 or 2026-06-30\n" },
	{ "confidence: E\n", "1:13: a confidence is A, B, C or D\n" },
	{ "confidence: unknown\n", "1:13: a confidence is A, B, C or D\n" },
	{ "aliases: here\n", "1:10: an alias is a word of a to z, 0 to 9 and '-', not 'here'\n" },
	{ "aliases: [a, b/c]\n",
		"1:14: an alias is a word of a to z, 0 to 9 and '-', not 'here'\n" },
	{ "aliases: [a, a]\n", "1:14: 'a' is here twice\n" },
	{ "note: [a, b]\n", "1:7: a text is expected here\n" },
	{ "note: \"a\\e[2J\"\n", "1:7: holds characters that cannot be shown: a\\x1b[2J\n" },
	{ "dmi: [a, \"b\\n\"]\n", "1:10: holds characters that cannot be shown: b\\x0a\n" },
	{ "note: ''\n", "1:7: a text is expected here\n" },
	{ "who: a\nwho: b\n", "2:1: 'who' is here twice; it is already in line 1\n" },
};

static void refuses(void **state)
{
	char said[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct profile p = { 0 };

		snprintf(said, sizeof(said), "smtpfence: x.yaml:%s", bad[i].said);
		said_begin();
		assert_int_equal(read_from(bad[i].text, &p), -EINVAL);
		said_end(said);
		provider_clear(&p);
	}
}

static void names(void **state)
{
	(void)state;
	for (int i = 0; i < EFFECT_COUNT; i++)
		assert_non_null(provider_effect_name(i));
	assert_null(provider_effect_name(EFFECT_COUNT));
	for (int i = 0; i < FAMILY_COUNT; i++)
		assert_non_null(provider_family_name(i));
	assert_null(provider_family_name(FAMILY_COUNT));
	for (int i = 0; i < KEY_COUNT; i++)
		assert_non_null(provider_key_name(i));
	assert_string_equal(provider_key_name(KEY_AS_OF), "as-of");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped),
		cmocka_unit_test(families),
		cmocka_unit_test(every_key),
		cmocka_unit_test(unknown),
		cmocka_unit_test(scopes),
		cmocka_unit_test(slows),
		cmocka_unit_test(refuses),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
