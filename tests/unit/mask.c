/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is a secret in a command line, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mask.h"

#define ARGS 6

static const struct {
	const char *in[ARGS], *out[ARGS];
} cases[] = {
	{ { "curl", "-v", "smtp://mail.example.net:25" },
		{ "curl", "-v", "smtp://mail.example.net:25" } },
	{ { "mysql", "--password", "hunter2", "db" }, { "mysql", "--password", "***", "db" } },
	{ { "mysql", "--password=hunter2", "db" }, { "mysql", "--password=***", "db" } },
	{ { "mysql", "-phunter2", "db" }, { "mysql", "-p***", "db" } },
	{ { "sendemail", "-xp", "hunter2", "-t" }, { "sendemail", "-xp", "***", "-t" } },
	{ { "swaks", "-ap", "hunter2", "--tls" }, { "swaks", "-ap", "***", "--tls" } },
	{ { "x", "--token", "abc", "y" }, { "x", "--token", "***", "y" } },
	{ { "x", "--TOKEN=abc" }, { "x", "--TOKEN=***" } },
	{ { "x", "--client-secret", "abc" }, { "x", "--client-secret", "***" } },
	{ { "x", "--api-key=abc" }, { "x", "--api-key=***" } },
	{ { "env", "SENDGRID_API_KEY=SG.abc", "./send" },
		{ "env", "SENDGRID_API_KEY=***", "./send" } },
	{ { "s-nail", "-S", "smtp-auth-password=abc" },
		{ "s-nail", "-S", "smtp-auth-password=***" } },
	{ { "curl", "-u", "bob:hunter2", "x" }, { "curl", "-u", "***", "x" } },
	{ { "curl", "-ubob:hunter2", "x" }, { "curl", "-u***", "x" } },
	{ { "curl", "--user", "bob:hunter2" }, { "curl", "--user", "***" } },
	{ { "curl", "--user=bob:hunter2" }, { "curl", "--user=***" } },
	{ { "sudo", "-u", "bob", "id" }, { "sudo", "-u", "bob", "id" } },
	{ { "sudo", "--user=bob" }, { "sudo", "--user=bob" } },
	{ { "curl", "smtps://bob:hun@ter2@mx.example.net/" },
		{ "curl", "smtps://***@mx.example.net/" } },
	{ { "x", "a://b:c@d,e://f:g@h" }, { "x", "a://***@d,e://***@h" } },
	{ { "x", "a://b:c@d/ e://f:g@h" }, { "x", "a://***@d/ e://***@h" } },
	{ { "curl", "--mail-from", "alice@example.com" }, { "curl", "--mail-from", "***" } },
	{ { "curl", "--mail-rcpt=<alice@example.com>" }, { "curl", "--mail-rcpt=<***>" } },
	{ { "sendmail", "a@b.c,d@e.f" }, { "sendmail", "***,***" } },
	{ { "x", "@file", "a@", "@", "a @b" }, { "x", "@file", "a@", "@", "a @b" } },
	{ { "mail", "-s", "your invoice", "x" }, { "mail", "-s", "***", "x" } },
	{ { "/usr/bin/mutt", "-syours", "x" }, { "/usr/bin/mutt", "-s***", "x" } },
	{ { "ls", "-s", "dir" }, { "ls", "-s", "dir" } },
	{ { "swaks", "--subject", "hello" }, { "swaks", "--subject", "***" } },
	{ { "curl", "-H", "Authorization: Bearer abc" }, { "curl", "-H", "Authorization: ***" } },
	{ { "curl", "-H", "X-Api-Key: abc" }, { "curl", "-H", "X-Api-Key: ***" } },
	{ { "curl", "-H", "Subject: your invoice" }, { "curl", "-H", "Subject: ***" } },
	{ { "curl", "-H", "Accept: text/html" }, { "curl", "-H", "Accept: text/html" } },
	{ { "x", "--compass", "n" }, { "x", "--compass", "n" } },
	{ { "x", "a@b//api_key=c@d//e" }, { "x", "***//api_key=***//e" } },
	{ { "curl", "https://h/x?id=1&api_key=abc&z=2#f" },
		{ "curl", "https://h/x?id=1&api_key=***&z=2#f" } },
	{ { "curl", "https://h/x?token=abc" }, { "curl", "https://h/x?token=***" } },
	{ { "mysql", "-pass", "hunter2" }, { "mysql", "-pass", "***" } },
	{ { "", "-", "--", "a=b" }, { "", "-", "--", "a=b" } },
	{ { "x", "--password" }, { "x", "--password" } },
	{ { "x", "\xff\xfe@example.org", "\x1b[2J" }, { "x", "***", "\x1b[2J" } },
};

static void check_row(const char *const *in, const char *const *out)
{
	struct mask m;

	mask_init(&m, in[0]);
	for (size_t i = 0; i < ARGS && in[i]; i++) {
		char *got = mask_argument(&m, in[i]);

		assert_string_equal(got, out[i]);
		free(got);
	}
}

static void masks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_row(cases[i].in, cases[i].out);
}

static void masking_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_row(cases[i].out, cases[i].out);
}

static void an_unknown_program_is_no_mailer(void **state)
{
	struct mask m;

	(void)state;
	mask_init(&m, NULL);
	assert_false(m.mailer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks),
		cmocka_unit_test(masking_twice_changes_nothing),
		cmocka_unit_test(an_unknown_program_is_no_mailer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
