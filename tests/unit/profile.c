/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* profile, dmi, shelf: every shipped file, recognition, and what is refused. */
#include "profile.h"

#include <errno.h>
#include <unistd.h>

#include "bpf/fence.h"
#include "said.h"

#include "list.h"
#include "text.h"

static char dir[] = "/tmp/smtpfence-profile-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return setenv("SMTPFENCE_DATA", "data", 1) || !mkdtemp(dir);
}

static int tear_down(void **state)
{
	static const char *const files[] = { "sys_vendor", "product_name", "chassis_asset_tag",
		"x.yaml" };
	char path[100];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void put(const char *name, const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void is_whole(const struct profile *p)
{
	uint64_t port;

	assert_non_null(p->provider);
	assert_non_null(p->source);
	assert_non_null(p->as_of);
	assert_true(strcmp(p->as_of, "2019") > 0 && strlen(p->as_of) >= 7);
	assert_in_range(p->confidence, 'A', 'D');
	assert_true(p->hint_n > 0);
	for (unsigned i = 0; i < p->hint_n; i++)
		if (!text_number(p->hint[i], 65535, &port))
			assert_false(profile_blocks(p, port));
	for (unsigned i = 1; i < p->blocked_n; i++)
		assert_true(p->blocked[i - 1] < p->blocked[i]);
	if (!p->blocked_n)
		return;
	assert_true(profile_blocks(p, 25));
	assert_true(p->scope & 1 << CLASS_PUBLIC);
	assert_false(p->scope & 1 << CLASS_LOOPBACK);
	assert_true(p->err > 0 && p->after_s > 0 && p->effect != EFFECT_NONE);
}

static void shipped(void **state)
{
	static const char *const must[] = { "atlantic-net", "aws", "azure", "digitalocean", "gcp",
		"generic-cloud", "hetzner-cloud", "linode", "observe", "strict" };
	char **names;
	size_t n, found = 0;

	(void)state;
	assert_int_equal(profile_list(&names, &n), 0);
	assert_null(names[n]);
	for (size_t i = 0; i < n; i++) {
		struct profile *p = NULL;

		assert_int_equal(profile_open(names[i], &p), 0);
		assert_string_equal(p->name, names[i]);
		is_whole(p);
		for (size_t k = 0; k < sizeof(must) / sizeof(must[0]); k++)
			found += !strcmp(must[k], names[i]);
		assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
		profile_free(p);
	}
	assert_int_equal(found, sizeof(must) / sizeof(must[0]));
	list_free_text(names, n);
	profile_free(NULL);
}

static void facts(void **state)
{
	static const struct {
		const char *name;
		uint16_t port;
		bool blocked;
	} cases[] = {
		{ "aws", 25, true },
		{ "aws", 587, false },
		{ "digitalocean", 587, true },
		{ "digitalocean", 465, true },
		{ "digitalocean", 2525, false },
		{ "hetzner-cloud", 465, true },
		{ "hetzner-cloud", 587, false },
		{ "linode", 587, true },
		{ "observe", 25, false },
		{ "strict", 2525, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p = NULL;

		assert_int_equal(profile_open(cases[i].name, &p), 0);
		assert_int_equal(profile_blocks(p, cases[i].port), cases[i].blocked);
		profile_free(p);
	}
}

static void here(const char *vendor, const char *product, const char *asset, const char *name)
{
	struct profile *p = NULL;

	put("sys_vendor", vendor);
	put("product_name", product);
	put("chassis_asset_tag", asset);
	said_begin();
	assert_int_equal(profile_open("here", &p), name ? 0 : -ENOENT);
	if (name) {
		said_end(NULL);
		assert_string_equal(p->name, name);
	} else {
		said_end("smtpfence: 'here' is not recognised: this machine calls itself '...");
		assert_null(p);
	}
	profile_free(p);
}

static void recognises(void **state)
{
	(void)state;
	setenv("SMTPFENCE_DMI", dir, 1);
	here("Hetzner\n", "vServer\n", "\n", "hetzner-cloud");
	here("DigitalOcean", "Droplet", "", "digitalocean");
	here("Amazon EC2  \n", "t3.micro", "", "aws");
	here("Google", "Google Compute Engine", "", "gcp");
	here("Google", "Eve", "", NULL); /* a laptop */
	here("Microsoft Corporation", "Virtual Machine", "7783-7084-3265-9085-8269-3286-77\n",
		"azure");
	here("Microsoft Corporation", "Virtual Machine", "1234", NULL); /* Hyper-V */
	here("QEMU", "Standard PC", "OracleCloud.com", "oci");
	here("Akamai", "Compute Instance", "", "linode");
	here("\x1b[2J*", "", "", NULL);
	setenv("SMTPFENCE_DMI", "/nonexistent", 1);
	said_begin();
	assert_int_equal(profile_open("here", &(struct profile *){ NULL }), -ENOENT);
	said_end(
		"smtpfence: 'here' is not recognised: this machine calls itself '', ''; name a profile (smtpfence profiles)\n");
	unsetenv("SMTPFENCE_DMI");
}

static void unknown(void **state)
{
	struct profile *p = NULL;

	(void)state;
	said_begin();
	assert_int_equal(profile_open("digitlocean", &p), -ENOENT);
	said_end("smtpfence: no profile 'digitlocean'; did you mean 'digitalocean'?\n");
	said_begin();
	assert_int_equal(profile_open("xyzzy", &p), -ENOENT);
	said_end("smtpfence: no profile 'xyzzy'; smtpfence profiles lists them\n");
	said_begin();
	assert_int_equal(profile_open("/nonexistent/x", &p), -ENOENT);
	said_end("smtpfence: open /nonexistent/x: No such file or directory\n");
	assert_null(p);
}

static void reads_any_file(void **state)
{
	struct profile *p = NULL;
	char path[100];

	(void)state;
	snprintf(path, sizeof(path), "%s/x.yaml", dir);
	put("x.yaml", "provider: A: B\n");
	said_begin();
	assert_int_equal(profile_open(path, &p), -EINVAL);
	said_end("smtpfence: /tmp/...");
	put("x.yaml",
		"provider: A\nports: [2525, 25]\nscope: [own, public]\neffect: reject\nerrno: EACCES\nafter: 2m\n"
		"hints: [api, 465]\n");
	assert_int_equal(profile_open(path, &p), 0);
	assert_string_equal(p->name, "x");
	assert_string_equal(p->provider, "A");
	assert_int_equal(p->blocked_n, 2);
	assert_int_equal(p->blocked[0], 25);
	assert_int_equal(p->blocked[1], 2525);
	assert_int_equal(p->scope, 1 << CLASS_OWN | 1 << CLASS_PUBLIC);
	assert_int_equal(p->effect, EFFECT_REJECT);
	assert_int_equal(p->err, EACCES);
	assert_int_equal(p->after_s, 120);
	assert_string_equal(p->hint[0], "api");
	assert_string_equal(p->hint[1], "465");
	assert_int_equal(p->confidence, 'D');
	assert_null(p->source);
	profile_free(p);
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "[]\n", ":1:1: a profile is a list of 'key: value' lines\n" },
		{ "prots: 25\n", ":1:1: 'prots' is not a key of a profile (..." },
		{ "ports: 25\nscope: public\neffect: drop\nerrno: EPERM\n",
			":1:1: 'provider' is missing: a name for people\n" },
		{ "provider: A\nports: 25\nscope: public\nerrno: EPERM\n",
			":1:1: 'ports' and 'effect' go together: what is blocked, and how\n" },
		{ "provider: A\neffect: drop\n",
			":1:1: 'ports' and 'effect' go together: what is blocked, and how\n" },
		{ "provider: A\nports: 25\neffect: drop\nerrno: EPERM\n",
			":1:1: 'scope' is missing: which addresses, such as public\n" },
		{ "provider: A\nports: 25\nscope: public\neffect: drop\n",
			":1:1: 'errno' is missing: what a program is told in the end\n" },
		{ "provider: A\nports: [25, 587]\nscope: public\neffect: drop\nerrno: EPERM\nhints: 587\n",
			":1:1: 'hints' names port 587, which 'ports' blocks\n" },
		{ "ports: [25, 0]\n", ":1:13: a port is a number from 1 to 65535\n" },
		{ "ports: [25, 25]\n", ":1:13: port 25 is here twice\n" },
		{ "ports: {a: b}\n", ":1:8: a port is a number from 1 to 65535\n" },
		{ "scope: everywhere\n", ":1:8: a class of addresses is expected here, ..." },
		{ "hints: 2526\n", ":1:8: '2526' is not a hint (587, 465, 2525, api)..." },
		{ "hints: [api, api]\n", ":1:14: 'api' is here twice\n" },
		{ "errno: ENOENT\n", ":1:8: 'ENOENT' is not an error a block may answer (..." },
		{ "after: 12\n", ":1:8: a time is expected here, such as 134s or 2m\n" },
		{ "as-of: 2026\n",
			":1:8: a date is expected here, such as 2026-06 or 2026-06-30\n" },
		{ "confidence: E\n", ":1:13: a confidence is A, B, C or D\n" },
		{ "note: [a, b]\n", ":1:11: one text is expected here, not a list\n" },
		{ "note: \"a\\e[2J\"\n",
			":1:7: holds characters that cannot be shown: a\\x1b[2J\n" },
		{ "note: ''\n", ":1:7: a text is expected here\n" },
	};
	char path[100], said[300];

	(void)state;
	snprintf(path, sizeof(path), "%s/x.yaml", dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p = NULL;

		put("x.yaml", cases[i].text);
		snprintf(said, sizeof(said), "smtpfence: %s%s", path, cases[i].said);
		said_begin();
		assert_int_equal(profile_open(path, &p), -EINVAL);
		said_end(said);
		assert_null(p);
	}
}

static void effects_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < EFFECT_COUNT; i++)
		assert_non_null(profile_effect_name(i));
	assert_null(profile_effect_name(EFFECT_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped),
		cmocka_unit_test(facts),
		cmocka_unit_test(recognises),
		cmocka_unit_test(unknown),
		cmocka_unit_test(reads_any_file),
		cmocka_unit_test(refuses),
		cmocka_unit_test(effects_have_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
