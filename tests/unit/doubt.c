/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doubt: which rules are warned about, and which are not. */
#include "doubt.h"

#include <unistd.h>

#include "policy.h"
#include "said.h"

#define NEVER                                                                                      \
	"smtpfence: t:4:3: warning: rule 'rule 2' can never match: 'rule 1' in line 3 decides all of it\n"
#define SAME                                                                                       \
	"smtpfence: t:4:3: warning: rule 'rule 2' never decides: 'rule 1' in line 3 has the same conditions\n"

#define UNSEEN                                                                                     \
	"smtpfence: t:4:3: warning: rule 'rule 2' selects traffic of guests, which this version does not see: 'smtpfence up' refuses it\n"
#define GUEST                                                                                      \
	"smtpfence: t:4:3: warning: rule 'rule 2' can never match: packets of a guest, which interface and vm select, carry no process\n" UNSEEN

static const struct {
	const char
		*profile; /* NULL: one without ports or scope; "v4": one that is about IPv4 only */
	const char *first, *second, *said;
} cases[] = {
	/* the profile blocks port 25 to public addresses */
	{ "aws", "{then: drop}", "{then: allow}", SAME },
	{ "aws", "{then: drop}", "{if: {port: 25}, then: allow}", NEVER },
	{ "aws", "{then: drop}", "{if: {port: [25, 587]}, then: allow}", NULL },
	{ "aws", "{then: drop}", "{if: {port: 587}, then: allow}", NULL },
	{ "hetzner-cloud", "{then: drop}", "{if: {port: [25, 465]}, then: allow}", NEVER },
	{ "aws", "{if: {port: [25, 26]}, then: drop}", "{if: {user: root}, then: allow}", NEVER },
	{ "aws", "{if: {port: 26}, then: drop}", "{then: allow}", NULL },
	{ "aws", "{then: drop}", "{if: {to: public}, then: allow}", NEVER },
	{ "aws", "{then: drop}", "{if: {to: private}, then: allow}", NULL },
	{ "upcloud", "{then: drop}", "{if: {to: private}, then: allow}", NEVER },
	{ "v4", "{then: drop}", "{if: {to: public}, then: allow}", NULL }, /* over IPv6 */
	{ "v4", "{if: {to: public}, then: drop}", "{then: allow}", NEVER },
	{ "aws", "{then: drop}", "{if: {to: 192.0.2.1}, then: allow}", NULL },
	{ "aws", "{if: {to: 192.0.2.0/24}, then: drop}", "{if: {to: 192.0.2.1}, then: allow}",
		NEVER },
	{ "aws", "{if: {to: 192.0.2.0/24}, then: drop}",
		"{if: {to: [192.0.2.1, 192.0.3.1]}, then: allow}", NULL },
	{ "aws", "{if: {to: 192.0.2.0/24}, then: drop}", "{if: {to: 192.0.2.0/23}, then: allow}",
		NULL },
	{ "aws", "{if: {to: '::/0'}, then: drop}", "{if: {to: 192.0.2.1}, then: allow}", NULL },
	{ "aws", "{if: {to: [public, private]}, then: drop}", "{if: {to: private}, then: allow}",
		NEVER },
	{ "aws", "{if: {user: [1, 2]}, then: drop}", "{if: {user: 2}, then: block}", NEVER },
	{ "aws", "{if: {user: root}, then: drop}", "{if: {user: 0}, then: block}", NEVER },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {user: [1, 2]}, then: block}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{then: block}", NULL },
	{ "aws", "{if: {user: 1}, then: allow}", "{if: {user: 1, port: 25}, then: allow}", NEVER },
	/* while a subject is not known the allow does not apply, the block does */
	{ "aws", "{if: {user: [1, 2]}, then: allow}", "{if: {user: 1}, then: block}", NULL },
	{ "aws", "{if: {cgroup: [/a, /b, /c]}, then: drop}", "{if: {cgroup: [/a, /c]}, then: drop}",
		NEVER },
	{ "aws", "{if: {cgroup: [/a, /c]}, then: drop}", "{if: {cgroup: [/a, /b]}, then: drop}",
		NULL },
	{ "aws", "{if: {cgroup: /a}, then: drop}", "{if: {cgroup: /a, user: 1}, then: drop}",
		NEVER },
	{ "aws", "{if: {cgroup: /a, user: 1}, then: drop}", "{if: {cgroup: /a}, then: drop}",
		NULL },
	{ "aws", "{if: {cgroup: /a, user: 1}, then: drop}",
		"{if: {user: 1, cgroup: /a}, then: allow}", SAME },
	{ "observe", "{if: {port: 25, to: public}, then: drop}", "{if: {user: 1}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' can never match: profile observe blocks nothing, so name ports (port) in it\n" },
	{ NULL, "{if: {port: 25, to: public}, then: drop}", "{if: {port: 26}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' can never match: profile none blocks nothing, so name addresses (to) in it\n" },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a}, then: allow}",
		"smtpfence: t:4:3: warning: rule 'rule 2' allows by exe alone: ..." },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a}, then: limit to 5 addresses/h}",
		"smtpfence: t:4:3: warning: rule 'rule 2' allows by exe alone: ..." },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a}, then: block}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a, user: 2}, then: allow}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a, unit: a.service}, then: allow}",
		NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a, container: a}, then: allow}",
		NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {unit: a.service}, then: allow}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {mta: exim}, then: allow}", NULL },
	{ "aws", "{if: {group: 1}, then: drop}", "{if: {group: '1', exe: /a}, then: drop}", NEVER },
	{ "aws", "{if: {group: [root, 1]}, then: drop}", "{if: {group: 0}, then: allow}", NEVER },
	{ "aws", "{if: {group: 1}, then: drop}", "{if: {group: 2}, then: drop}", NULL },
	{ "aws", "{if: {mta: [exim, postfix]}, then: drop}", "{if: {mta: exim}, then: drop}",
		NEVER },
	{ "aws", "{if: {mta: exim}, then: drop}", "{if: {exe: /usr/sbin/exim4}, then: drop}",
		NULL },
	{ "aws", "{if: {label: {a: x}}, then: drop}", "{if: {label: {a: x, b: y}}, then: drop}",
		NEVER },
	{ "aws", "{if: {label: {a: [x, y]}}, then: drop}", "{if: {label: {a: x}}, then: drop}",
		NEVER },
	{ "aws", "{if: {label: {a: x}}, then: drop}", "{if: {label: {a: [x, y]}}, then: drop}",
		NULL },
	{ "aws", "{if: {label: {a: x, b: y}}, then: drop}", "{if: {label: {a: x}}, then: drop}",
		NULL },
	{ "aws", "{if: {label: {a: x}}, then: drop}", "{if: {label: {a: x}}, then: block}", SAME },
	/* what only lets some pass does not apply to the unknown, an answer does */
	{ "aws", "{if: {user: 1}, then: limit to 5 addresses/h}",
		"{if: {user: 1, port: 25}, then: answer}", NULL },
	{ "aws", "{if: {user: 1}, then: answer}", "{if: {user: 1, port: 25}, then: block}", NEVER },
	{ "aws", "{if: {user: 1}, then: block, mode: audit}",
		"{if: {user: 1, port: 25}, then: block}", NULL },
	{ "aws", "{if: {user: 1}, then: allow}",
		"{if: {user: 1, port: 25}, then: block, mode: audit}", NEVER },
	{ "aws", "{if: {not: {to: 192.0.2.0/24}}, then: drop}", "{if: {to: public}, then: drop}",
		NULL },
	{ "aws", "{if: {to: public}, then: drop}",
		"{if: {to: public, not: {to: 192.0.2.0/24}}, then: drop}", NEVER },
	{ "hetzner-cloud", "{if: {not: {port: 25}}, then: drop}", "{if: {user: 1}, then: drop}",
		NULL },
	{ "hetzner-cloud", "{if: {not: {port: 25}}, then: drop}", "{if: {port: 465}, then: drop}",
		NEVER },
	{ "hetzner-cloud", "{if: {port: 465}, then: drop}", "{if: {not: {port: 25}}, then: drop}",
		NEVER },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {not: {port: 25}}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' can never match: 'not: port' takes away all its ports\n" },
	{ "aws", "{if: {user: 1}, then: drop}",
		"{if: {to: 192.0.2.1, not: {to: 192.0.2.0/24}}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' can never match: 'not: to' takes away all its destinations\n" },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {not: {to: public}}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' can never match: 'not: to' takes away all its destinations\n" },
	{ "aws", "{if: {user: 1}, then: drop}",
		"{if: {to: [192.0.2.1, 203.0.113.1], not: {to: 192.0.2.0/24}}, then: drop}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}",
		"{if: {port: [25, 587], not: {port: 587}}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' has both port and 'not: port'; the first says it all\n" },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {to: {name: a.b}}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' depends on the DNS: 'a.b' is looked up at ..." },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {to: {name: [c.d, a.b]}}, then: drop}",
		"smtpfence: t:4:3: warning: rule 'rule 2' depends on the DNS: 'a.b' and others are looked up at ..." },
	{ "aws", "{then: drop}", "{if: {port: 26, vm: a}, then: drop}", UNSEEN },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {vm: a, group: 1}, then: drop}", GUEST },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {interface: 'tap*', exe: /a}, then: drop}",
		GUEST },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {interface: a, container: a}, then: drop}",
		GUEST },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {interface: a, vm: a}, then: drop}", UNSEEN },
};

static void write_profile(const char *path, const char *what)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fprintf(f,
		"provider: own\n%s\nwho: nobody\ninstead: unknown\nexemption: none\n"
		"source: none\nas-of: unknown\nconfidence: D\n",
		what);
	assert_int_equal(fclose(f), 0);
}

static void warns(void **state)
{
	char dir[] = "/tmp/smtpfence-doubt-XXXXXX", none[100], four[100], text[400];

	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	assert_non_null(mkdtemp(dir));
	snprintf(none, sizeof(none), "%s/none.yaml", dir);
	snprintf(four, sizeof(four), "%s/four.yaml", dir);
	write_profile(none, "ports: none\nfamily: both\nscope: none\neffect: none");
	write_profile(four,
		"ports: 25\nfamily: v4\nscope: public\neffect: drop\nerrno: EPERM\nafter: 2m");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *profile = cases[i].profile ?: none;
		struct policy *p = NULL;

		snprintf(text, sizeof(text), "{version: 1, profile: %s, rules: [\n#\n  %s,\n  %s]}",
			strcmp(profile, "v4") ? profile : four, cases[i].first, cases[i].second);
		said_begin();
		assert_int_equal(policy_from_text("t", text, strlen(text), &p), 0);
		said_end(cases[i].said);
		policy_free(p);
	}
	unlink(none);
	unlink(four);
	rmdir(dir);
}

/* What a tenant's rule allows goes on to the operator's rules, and its block is only the tenant's. */
static void layers(void **state)
{
	static const char text[] =
		"{version: 1, tenants: {web: {if: {user: root}}}, layers: [{tenant: web, rules: [\n"
		"{then: allow},\n{if: {port: 25}, then: drop}]}], rules: [\n{then: drop}, {if: {exe: /a}, then: allow}]}";
	struct policy *p = NULL;

	(void)state;
	said_begin();
	assert_int_equal(policy_from_text("t", text, strlen(text), &p), 0);
	said_end(
		"smtpfence: t:3:1: warning: rule 'rule 2' can never match: 'rule 1' in line 2 decides all of it\n"
		"smtpfence: t:4:15: warning: rule 'rule 2' can never match: 'rule 1' in line 4 decides all of it\n"
		"smtpfence: t:4:15: warning: rule 'rule 2' allows by exe alone: ...");
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(warns), cmocka_unit_test(layers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
