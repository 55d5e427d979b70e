/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mta: whose program a path is, and which of its programs connects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mta.h"

static const struct {
	const char *exe, *name, *client;
} cases[] = {
	{ "/usr/lib/postfix/sbin/master", "Postfix", "/usr/lib/postfix/sbin/smtp" },
	{ "/usr/libexec/postfix/master", "Postfix", "/usr/libexec/postfix/smtp" },
	{ "/usr/lib/postfix/sbin/smtp", "Postfix", "/usr/lib/postfix/sbin/smtp" },
	{ "/usr/sbin/postdrop", "Postfix", "/usr/sbin/postdrop" },
	{ "/usr/sbin/exim4", "Exim", "/usr/sbin/exim4" },
	{ "/usr/sbin/exim4 (deleted)", "Exim", "/usr/sbin/exim4 (deleted)" },
	{ "/usr/libexec/sendmail/sendmail", "Sendmail", "/usr/libexec/sendmail/sendmail" },
	{ "/usr/sbin/smtpd", "OpenSMTPD", "/usr/sbin/smtpd" },
	{ "/usr/lib/postfix/sbin/smtpd", "Postfix", "/usr/lib/postfix/sbin/smtpd" },
	{ "/var/qmail/bin/qmail-send", "qmail", "/var/qmail/bin/qmail-remote" },
	{ "/usr/lib/courier/courier/courierd", "Courier",
		"/usr/lib/courier/courier/modules/esmtp/courieresmtp" },
	{ "/usr/sbin/nullmailer-send", "nullmailer", "/usr/lib/nullmailer/smtp" },
	{ "/usr/lib/nullmailer/smtp", "nullmailer", "/usr/lib/nullmailer/smtp" },
	{ "/opt/stalwart-mail/bin/stalwart-mail", "Stalwart",
		"/opt/stalwart-mail/bin/stalwart-mail" },
	{ "/usr/bin/msmtp", "msmtp", "/usr/bin/msmtp" },
	{ "/usr/sbin/ssmtp", "ssmtp", "/usr/sbin/ssmtp" },
	{ "/usr/sbin/dma", "dma", "/usr/sbin/dma" },
	{ "/usr/bin/esmtp", "esmtp", "/usr/bin/esmtp" },
	{ "/usr/bin/s-nail", "s-nail", "/usr/bin/s-nail" },
	{ "/usr/sbin/sendmail", "sendmail", "/usr/sbin/sendmail" },
	{ "/usr/bin/python3.11", NULL, NULL },
	{ "/usr/sbin/exim4x", NULL, NULL },
	{ "/usr/sbin/postsrsd", NULL, NULL },
	{ "/home/a/usr/sbin/exim4", NULL, NULL },
	{ "/usr/lib/courier/courier-authlib/authdaemond", NULL, NULL },
	{ "/usr/lib/postfix", NULL, NULL },
	{ "(deleted)", NULL, NULL },
	{ "", NULL, NULL },
};

static void paths_have_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct mta *m = mta_by_exe(cases[i].exe);
		char *client;

		if (!cases[i].name) {
			assert_null(m);
			continue;
		}
		assert_non_null(m);
		assert_string_equal(m->name, cases[i].name);
		client = mta_client(m, cases[i].exe);
		assert_string_equal(client, cases[i].client);
		free(client);
	}
}

/* A path too long for the kernel is nobody's, and is not cut to somebody's. */
static void long_paths_are_nobodys(void **state)
{
	char path[8192];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	memcpy(path, "/var/qmail/bin/", 15);
	assert_null(mta_by_exe(path));
}

/* Each kind's programs are its own: no earlier entry of the table takes them. */
static void kinds_are_apart(void **state)
{
	const struct mta *m;
	size_t n;

	(void)state;
	for (n = 0; (m = mta_at(n)); n++) {
		assert_non_null(m->main[0]);
		assert_int_equal(mta_is_generic(m), !mta_at(n + 1));
		for (size_t i = 0; i < MTA_PATHS && m->main[i]; i++)
			if (!strchr(m->main[i], '*'))
				assert_ptr_equal(mta_by_exe(m->main[i]), m);
	}
	assert_true(n > 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_have_names),
		cmocka_unit_test(long_paths_are_nobodys),
		cmocka_unit_test(kinds_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
