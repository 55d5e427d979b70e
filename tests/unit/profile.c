/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* profile, dmi, shelf: by name, alias and recognition, and which files are refused. */
#include "profile.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "said.h"

#include "list.h"
#include "yaml.h"

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

/* A name, or an alias, leads to one profile only. */
static void aliases(void **state)
{
	static const struct {
		const char *alias, *name;
	} cases[] = { { "do", "digitalocean" }, { "oracle", "oci" }, { "google", "gcp" },
		{ "gce", "gcp" }, { "ec2", "aws" }, { "hetzner", "hetzner-cloud" },
		{ "akamai", "linode" }, { "ovhcloud", "ovh" }, { "servercore", "selectel" } };
	char **names, **all = NULL;
	size_t n, all_n = 0, unique;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p = NULL;

		assert_int_equal(profile_open(cases[i].alias, &p), 0);
		assert_string_equal(p->name, cases[i].name);
		profile_free(p);
	}
	assert_int_equal(profile_list(&names, &n), 0);
	assert_null(names[n]);
	for (size_t i = 0; i < n; i++) {
		struct profile *p = NULL;

		assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
		assert_int_equal(list_add_text(&all, &all_n, names[i]), 0);
		assert_int_equal(profile_open(names[i], &p), 0);
		assert_string_equal(p->name, names[i]);
		for (size_t k = 0; k < p->alias_n; k++)
			assert_int_equal(list_add_text(&all, &all_n, p->alias[k]), 0);
		profile_free(p);
	}
	unique = all_n;
	list_unique_text(all, &unique);
	assert_int_equal(unique, all_n);
	list_free_text(all, unique);
	list_free_text(names, n);
	profile_free(NULL);
}

static void blocks(void **state)
{
	struct profile *p = NULL;

	(void)state;
	assert_int_equal(profile_open("hetzner-cloud", &p), 0);
	assert_true(profile_blocks(p, 25) && profile_blocks(p, 465));
	assert_false(profile_blocks(p, 587));
	profile_free(p);
	p = NULL;
	assert_int_equal(profile_open("edbb", &p), 0); /* slows, does not block */
	assert_false(profile_blocks(p, 25));
	profile_free(p);
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
	here("Alibaba Cloud", "Alibaba Cloud ECS", "", "alibaba");
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

/* The same in a file: its place is told, too. */
static void named(void **state)
{
	static const struct {
		const char *text, *name, *said;
	} cases[] = {
		{ "do", "digitalocean", NULL },
		{ "gcp", "gcp", NULL },
		{ "digitlocean", NULL,
			"smtpfence: t:1:1: 'digitlocean' is not a profile (smtpfence profiles lists them); did you mean 'digitalocean'?\n" },
		{ "orcale", NULL,
			"smtpfence: t:1:1: 'orcale' is not a profile (smtpfence profiles lists them); did you mean 'oracle'?\n" },
		{ "xyzzy", NULL,
			"smtpfence: t:1:1: 'xyzzy' is not a profile (smtpfence profiles lists them)\n" },
		{ "[gcp]", NULL, "smtpfence: t:1:1: the name of a profile is expected here; ..." },
		{ "''", NULL, "smtpfence: t:1:1: the name of a profile is expected here; ..." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p = NULL;
		struct yaml *y = NULL;

		assert_int_equal(yaml_from_text("t", cases[i].text, strlen(cases[i].text), &y), 0);
		said_begin();
		assert_int_equal(profile_named(yaml_root(y), &p), cases[i].name ? 0 : -EINVAL);
		said_end(cases[i].said);
		if (cases[i].name)
			assert_string_equal(p->name, cases[i].name);
		else
			assert_null(p);
		profile_free(p);
		yaml_close(y);
	}
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
	put("x.yaml", "provider: A\nports: none\nfamily: both\nscope: public\neffect: none\n"
		      "who: nobody\ninstead: [587]\nexemption: none\nsource: s\nas-of: 2026\n"
		      "confidence: D\n");
	assert_int_equal(profile_open(path, &p), 0);
	assert_string_equal(p->name, "x");
	assert_false(profile_unknown(p, KEY_WHO));
	profile_free(p);
}

/* One clear line, at once, and nothing read half. */
static void is_refused(const char *path, int err, const char *said)
{
	struct profile *p = NULL;
	char line[300];

	snprintf(line, sizeof(line), "smtpfence: %s%s", path, said);
	said_begin();
	assert_int_equal(profile_open(path, &p), err);
	said_end(line);
	assert_null(p);
}

static void bad_files(void **state)
{
	char path[100], nested[200] = "note: ";

	(void)state;
	snprintf(path, sizeof(path), "%s/x.yaml", dir);
	put("x.yaml", "");
	assert_int_equal(truncate(path, 100 << 20), 0);
	is_refused(path, -EFBIG, ": larger than 10000000 bytes\n");
	put("x.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n");
	is_refused(path, -EINVAL, ":1:4: anchors and aliases are not accepted\n");
	memset(nested + 6, '[', 50);
	put("x.yaml", nested);
	is_refused(path, -EINVAL, ":1:22: nested deeper than 16 levels\n");
	put("x.yaml", "note: \xff\n");
	is_refused(path, -EINVAL, ":1:7: ...");
	put("x.yaml", "--- {}\n--- {}\n");
	is_refused(path, -EINVAL, ":2:1: only one document is accepted\n");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	is_refused(path, -EINVAL, ": not a regular file\n");
	unlink(path);
	is_refused(dir, -EISDIR, ": a directory, not a file\n");
	is_refused("/dev/zero", -EINVAL, ": not a regular file\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aliases),
		cmocka_unit_test(blocks),
		cmocka_unit_test(recognises),
		cmocka_unit_test(unknown),
		cmocka_unit_test(named),
		cmocka_unit_test(reads_any_file),
		cmocka_unit_test(bad_files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
