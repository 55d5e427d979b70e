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

static const struct {
	const char *profile; /* NULL: one without ports or scope */
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
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a}, then: block}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {exe: /a, user: 2}, then: allow}", NULL },
	{ "aws", "{if: {user: 1}, then: drop}", "{if: {unit: a.service}, then: allow}",
		"smtpfence: t:4:3: warning: rule 'rule 2' names a unit: ..." },
};

static void warns(void **state)
{
	char dir[] = "/tmp/smtpfence-doubt-XXXXXX", none[100], text[400];
	FILE *f;

	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	assert_non_null(mkdtemp(dir));
	snprintf(none, sizeof(none), "%s/none.yaml", dir);
	f = fopen(none, "we");
	assert_non_null(f);
	fputs("provider: none\nports: none\nfamily: both\nscope: none\neffect: none\nwho: nobody\n"
	      "instead: unknown\nexemption: none\nsource: none\nas-of: unknown\nconfidence: D\n",
		f);
	fclose(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy *p = NULL;

		snprintf(text, sizeof(text), "{version: 1, profile: %s, rules: [\n#\n  %s,\n  %s]}",
			cases[i].profile ? cases[i].profile : none, cases[i].first,
			cases[i].second);
		said_begin();
		assert_int_equal(policy_from_text("t", text, strlen(text), &p), 0);
		said_end(cases[i].said);
		policy_free(p);
	}
	unlink(none);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(warns) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
