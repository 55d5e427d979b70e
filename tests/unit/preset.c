/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* preset: what a mail server comes to follows from what is below a root. */
#include "preset.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "said.h"
#include "selectors.h"

static char root[32];

static int begin(void **state)
{
	(void)state;
	strcpy(root, "/tmp/preset.XXXXXX");
	return !mkdtemp(root);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int end(void **state)
{
	(void)state;
	return nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_dir(const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(full, 0755); /* it may be there */
	}
	(void)mkdir(full, 0755);
}

static void make_file(const char *path, const char *text)
{
	char full[PATH_MAX];
	FILE *f;

	snprintf(full, sizeof(full), "%s", path);
	*strrchr(full, '/') = '\0';
	make_dir(full);
	snprintf(full, sizeof(full), "%s%s", root, path);
	f = fopen(full, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* What it comes to, each way as a policy would say it, then its uids, "a | b". */
static void comes_to(const char *name, const char *wanted)
{
	struct selectors *s = NULL;
	char *got = NULL;
	size_t n = 0, bytes;
	FILE *to = open_memstream(&got, &bytes);

	assert_int_equal(preset_find_below(root, name, &s, &n), 0);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? " | " : "", to);
		selectors_print(to, s + i);
		for (size_t k = 0; k < s[i].by[SELECTOR_USER].n; k++)
			fprintf(to, " %u", s[i].uid[k]);
	}
	fclose(to);
	assert_string_equal(got, wanted);
	free(got);
	preset_free(s, n);
}

static void is_not_here(const char *name)
{
	struct selectors *s = NULL;
	size_t n = 7;

	said_begin();
	assert_int_equal(preset_find_below(root, name, &s, &n), -ENOENT);
	said_end(NULL);
	assert_null(s);
	assert_int_equal(n, 7);
}

static const char passwd[] = "root:x:0:0::/root:/bin/sh\n"
			     "postfix:x:103:107::/:/bin/false\n"
			     "Debian-exim:x:104:108::/:/bin/false\n"
			     "opensmtpd:x:105:109::/:/bin/false\n"
			     "mailnull:x:106:110::/:/bin/false\n"
			     "qmailr:x:107:111::/:/bin/false\n"
			     "smmta:x:108:112::/:/bin/false\n";

static void nothing_is_nothing(void **state)
{
	struct selectors *s = NULL;
	size_t n;

	(void)state;
	for (size_t i = 0; preset_names[i]; i++)
		if (strcmp(preset_names[i], "mailcow"))
			is_not_here(preset_names[i]);
	assert_int_equal(preset_find_below(root, "qmail", &s, &n), -EINVAL);
	assert_int_equal(preset_find("", &s, &n), -EINVAL);
	assert_null(s);
	preset_free(NULL, 0);
}

static void files_and_users_and_units(void **state)
{
	(void)state;
	make_file("/usr/lib/postfix/sbin/smtp", "");
	is_not_here("postfix"); /* a program without its user */
	make_file("/etc/passwd", passwd);
	said_begin();
	comes_to("postfix", "{ user: postfix, exe: /usr/lib/postfix/sbin/smtp } 103");
	said_end(NULL);
	said_begin();
	say_level(1);
	comes_to("postfix", "{ user: postfix, exe: /usr/lib/postfix/sbin/smtp } 103");
	say_level(0);
	said_end(
		"smtpfence: mta postfix: systemd does not run here, so its unit is not asked for\n");
	make_dir("/run/systemd/system");
	comes_to("postfix", "{ user: postfix, exe: /usr/lib/postfix/sbin/smtp, unit: "
			    "[postfix.service, \"postfix@*.service\", zimbra.service] } 103");
	make_file("/usr/libexec/postfix/smtp", "");
	comes_to("postfix",
		"{ user: postfix, exe: [/usr/lib/postfix/sbin/smtp, /usr/libexec/postfix/smtp], unit: "
		"[postfix.service, \"postfix@*.service\", zimbra.service] } 103");
	is_not_here("exim"); /* a user without its program */
	make_dir("/usr/sbin/exim4");
	is_not_here("exim"); /* a directory is no program */
}

static void each_kind(void **state)
{
	(void)state;
	make_file("/etc/passwd", passwd);
	make_dir("/run/systemd/system");
	make_file("/usr/sbin/exim", "");
	comes_to("exim", "{ user: Debian-exim, exe: /usr/sbin/exim } 104");
	is_not_here("cpanel");
	make_dir("/usr/local/cpanel");
	comes_to("cpanel", "{ user: mailnull, exe: /usr/sbin/exim } 106");
	make_file("/usr/sbin/smtpd", "");
	comes_to("opensmtpd",
		"{ user: opensmtpd, exe: /usr/sbin/smtpd, unit: [opensmtpd.service, smtpd.service] } 105");
	make_file("/usr/libexec/sendmail/sendmail", "");
	comes_to("sendmail", "{ user: [root, smmta], exe: /usr/libexec/sendmail/sendmail, unit: "
			     "sendmail.service } 0 108");
	comes_to("mailcow", "{ label: { com.docker.compose.service: postfix-mailcow } }");
}

static void plesk_has_either(void **state)
{
	(void)state;
	make_file("/etc/passwd", passwd);
	make_dir("/run/systemd/system");
	make_file("/var/qmail/bin/qmail-remote", "");
	is_not_here("plesk");
	make_dir("/usr/local/psa");
	comes_to("plesk",
		"{ user: qmailr, exe: /var/qmail/bin/qmail-remote, unit: qmail.service } 107");
	make_file("/usr/libexec/postfix/smtp", "");
	comes_to("plesk",
		"{ user: postfix, exe: /usr/libexec/postfix/smtp, unit: [postfix.service, "
		"\"postfix@*.service\"] } 103 | { user: qmailr, exe: /var/qmail/bin/qmail-remote, "
		"unit: qmail.service } 107");
}

/* On the machine itself the user database answers. */
static void the_machine_itself(void **state)
{
	struct selectors *s = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; preset_names[i]; i++) {
		int err = preset_find(preset_names[i], &s, &n);

		assert_true(!err || err == -ENOENT);
		assert_true(!i || strcmp(preset_names[i - 1], preset_names[i]) < 0);
		if (!err)
			preset_free(s, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_nothing, begin, end),
		cmocka_unit_test_setup_teardown(files_and_users_and_units, begin, end),
		cmocka_unit_test_setup_teardown(each_kind, begin, end),
		cmocka_unit_test_setup_teardown(plesk_has_either, begin, end),
		cmocka_unit_test(the_machine_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
