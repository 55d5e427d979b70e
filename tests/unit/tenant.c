/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tenant: a map and a CSV file come to the same tenants; what selects nobody is refused. */
#include "tenant.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "said.h"
#include "yaml.h"

static char dir[] = "/tmp/tenant.XXXXXX", csv[64];

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(csv, sizeof(csv), "%s/tenants.csv", dir);
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)unlink(csv);
	return rmdir(dir);
}

static void put(const char *text)
{
	FILE *f = fopen(csv, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int read_text(const char *text, struct tenant **t, size_t *n)
{
	char beside[96];
	struct yaml *y = NULL;
	int err;

	snprintf(beside, sizeof(beside), "%s/policy.yaml", dir);
	assert_int_equal(yaml_from_text("p.yaml", text, strlen(text), &y), 0);
	err = tenants_read(yaml_root(y), beside, t, n);
	yaml_close(y);
	return err;
}

static char *printed(const struct tenant *t, size_t n)
{
	char *text = NULL;
	size_t bytes;
	FILE *to = open_memstream(&text, &bytes);

	tenants_print(to, t, n);
	fclose(to);
	return text;
}

static const char canonical[] = "tenants:\n"
				"  acme:\n"
				"    contact: ops@acme.example\n"
				"    if:\n"
				"      - { container: \"acme-*\" }\n"
				"      - { user: root, label: { tier: shop } }\n"
				"  zeta:\n"
				"    if: { unit: [a.service, b.service] }\n";

static void comes_to(const char *text)
{
	struct tenant *t = NULL;
	size_t n = 0;
	char *got;

	assert_int_equal(read_text(text, &t, &n), 0);
	got = printed(t, n);
	assert_string_equal(got, canonical);
	assert_ptr_equal(tenants_find(t, n, "acme"), t);
	assert_ptr_equal(tenants_find(t, n, "zeta"), t + 1);
	assert_null(tenants_find(t, n, "acm"));
	assert_null(tenants_find(t, 0, "acme"));
	tenants_free(t, n);
	free(got);
}

static void a_map(void **state)
{
	(void)state;
	comes_to("zeta: {if: {unit: [b.service, a.service]}}\n"
		 "acme: {contact: ops@acme.example, if: [{container: acme-*},\n"
		 "  {label: {tier: shop}, user: root}]}\n");
	comes_to(strchr(canonical, '\n') + 1); /* what it prints reads back to the same */
}

static void a_csv_file(void **state)
{
	(void)state;
	put("name,contact,selectors\n"
	    "acme,,container=acme-*\n"
	    "zeta,,unit=b.service;unit=a.service\n"
	    "acme,ops@acme.example,label=tier=shop; user=root\n");
	comes_to("tenants.csv");
	comes_to(csv);
	put("selectors,name,contact\r\n"
	    "\"container=acme-*\",acme,ops@acme.example\r\n"
	    "user=root;label=tier=shop,\"acme\",ops@acme.example\r\n"
	    "unit=b.service;unit=a.service,zeta,\r\n");
	comes_to("tenants.csv");
}

static void none_is_none(void **state)
{
	struct tenant *t = NULL;
	size_t n = 1;
	char *got;

	(void)state;
	assert_int_equal(read_text("{}", &t, &n), 0);
	assert_int_equal(n, 0);
	got = printed(t, n);
	assert_string_equal(got, "");
	free(got);
	tenants_free(t, n);
	put("name,contact,selectors\n");
	assert_int_equal(read_text("tenants.csv", &t, &n), 0);
	assert_int_equal(n, 0);
	tenants_free(t, n);
	tenants_free(NULL, 0);
}

static void refuses(const char *text, const char *said)
{
	struct tenant *t = NULL;
	char wanted[512];
	size_t n;

	snprintf(wanted, sizeof(wanted), "smtpfence: %s", said);
	said_begin();
	assert_int_equal(read_text(text, &t, &n), -EINVAL);
	said_end(wanted);
	assert_null(t);
}

static void wrong_maps(void **state)
{
	(void)state;
	refuses("[a]",
		"p.yaml:1:1: tenants are NAME: { contact: ..., if: ... }, or the path of a CSV file\n");
	refuses("-", "p.yaml:1:1: ...");
	refuses("a: b", "p.yaml:1:4: a tenant is { contact: ..., if: ... }\n");
	refuses("a: {}", "p.yaml:1:1: tenant 'a' has no 'if': which workloads are its?\n");
	refuses("' a': {}", "p.yaml:1:1: the tenant's name begins or ends with a blank\n");
	refuses("\"a\\u202e\": {}", "p.yaml:1:1: the tenant's name has control characters\n");
	refuses("'': {}", "p.yaml:1:1: the tenant's name is empty\n");
	refuses("a: {if: []}", "p.yaml:1:9: an empty list selects nothing\n");
	refuses("a: {if: {}}", "p.yaml:1:9: ...");
	refuses("a: {iff: {unit: b.service}}", "p.yaml:1:5: 'iff' is not a key of a tenant...");
	refuses("a: {if: [{unit: b.service}, {port: 25}]}",
		"p.yaml:1:30: 'port' says nothing of whose a workload is: it does not select tenants\n");
	refuses("a: {if: {unit: b.service, not: {to: 192.0.2.1}}}", "p.yaml:1:27: 'not' says ...");
	refuses("a: {if: {tenant: b}}", "p.yaml:1:10: 'tenant' says ...");
	refuses("a: {if: {nosuch: b}}", "p.yaml:1:10: 'nosuch' is not a selector...");
	refuses("a: {contact: [x], if: {unit: b.service}}",
		"p.yaml:1:14: 'contact' is no mail address or URL\n");
	refuses("a: {contact: bob, if: {unit: b.service}}",
		"p.yaml:1:14: 'bob' is no mail address or URL\n");
	refuses("a: {contact: 'b@c d', if: {unit: b.service}}",
		"p.yaml:1:14: 'b@c d' has blanks or control characters\n");
}

/* What is said of a second line of the file, behind its path. */
static void refuses_row(const char *row, const char *said)
{
	char text[512], wanted[512];

	snprintf(text, sizeof(text), "name,contact,selectors\n%s\n", row);
	put(text);
	snprintf(wanted, sizeof(wanted), "%s:%s", csv, said);
	refuses("tenants.csv", wanted);
}

static void wrong_files(void **state)
{
	(void)state;
	refuses_row("a,b", "2:1: 2 fields, where the first row has 3\n");
	refuses_row(",,unit=x.service", "2:1: the tenant's name is empty\n");
	refuses_row("a,bob,unit=x.service", "2:3: 'bob' is no mail address or URL\n");
	refuses_row("a,,", "2:4: which workloads are its? For example: container=shop-*\n");
	refuses_row("a,,unit", "2:4: 'unit' is no selector: write key=value\n");
	refuses_row("a,,unit=x.service;", "2:19: '' is no selector: write key=value\n");
	refuses_row("a,,unit=x.service; port=25", "2:20: 'port' says nothing ...");
	refuses_row("\xc3\xa4,\"\",\"unit=x.service;to=192.0.2.1\"", "2:22: 'to' says nothing ...");
	refuses_row("a,,unit=x.service;nosuch=1", "2:19: nosuch: 'nosuch' is not a selector...");
	refuses_row("a,,unit=x.service;user=no-such-user",
		"2:4: user: there is no user 'no-such-user' on this machine\n");
	refuses_row("a,x@a.example,unit=x.service\na,y@a.example,unit=y.service",
		"3: tenant 'a' has another contact in line 2\n");
	refuses_row("a,,\"unit=x\n.service\"", "2:5: control characters are not accepted here\n");
}

static void a_file_that_is_not_there(void **state)
{
	struct tenant *t = NULL;
	char wanted[128];
	size_t n;

	(void)state;
	(void)unlink(csv);
	snprintf(wanted, sizeof(wanted), "smtpfence: open %s: No such file or directory\n", csv);
	said_begin();
	assert_int_equal(read_text("tenants.csv", &t, &n), -ENOENT);
	said_end(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map),
		cmocka_unit_test(a_csv_file),
		cmocka_unit_test(none_is_none),
		cmocka_unit_test(wrong_maps),
		cmocka_unit_test(wrong_files),
		cmocka_unit_test(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
