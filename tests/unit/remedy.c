/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a profile leaves open is what is advised, behind the text that is there already. */
#include "remedy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"

static struct profile shutting(const uint16_t *port, unsigned n)
{
	struct profile p = { .name = "x", .provider = "Somewhere", .blocked_n = n };

	for (unsigned i = 0; i < n; i++)
		p.blocked[i] = port[i];
	return p;
}

static void holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not hold \"%s\"", text, part);
}

static void what_is_open_is_advised(void **state)
{
	struct profile p = shutting((uint16_t[]){ 25 }, 1);
	char text[512] = "First. ";

	(void)state;
	remedy_relay(text, sizeof(text), &p);
	holds(text, "First. If this is your mail service (relay): use port 587 with STARTTLS and a "
		    "login, or port 465 with implicit TLS and a login.\n");
	text[0] = '\0';
	remedy_submission(text, sizeof(text), &p);
	assert_string_equal(text, "The same mail service and login, on port 587 with STARTTLS.");
}

static void what_is_shut_is_not(void **state)
{
	struct profile p = shutting((uint16_t[]){ 25, 465, 587 }, 3);
	char text[512] = "";

	(void)state;
	remedy_relay(text, sizeof(text), &p);
	holds(text, "At Somewhere 587 and 465 are shut too, so changing to them won't help.\n");
	holds(text, "use its port 2525 with STARTTLS and a login, if it has one (try it first), or "
		    "its HTTPS API (443).\n");
	p = shutting((uint16_t[]){ 25, 465 }, 2);
	text[0] = '\0';
	remedy_submission(text, sizeof(text), &p);
	holds(text, "on port 587 with STARTTLS.");
	text[0] = '\0';
	p = shutting((uint16_t[]){ 465, 587, 2525 }, 3);
	remedy_submission(text, sizeof(text), &p);
	assert_string_equal(text, "If your mail service has it: its HTTPS API (443).");
}

static void a_relay_of_the_provider_is_named(void **state)
{
	struct profile p = shutting((uint16_t[]){ 25 }, 1);
	char way[] = "Somewhere Mail, port 587", first[] = "587", hint[] = "relay", text[512] = "";

	(void)state;
	p.relay = way;
	p.hint[0] = first;
	p.hint_n = 1;
	remedy_relay(text, sizeof(text), &p);
	assert_null(strstr(text, "Somewhere Mail"));
	p.hint[1] = hint;
	p.hint_n = 2;
	text[0] = '\0';
	remedy_relay(text, sizeof(text), &p);
	holds(text, "use port 587 with STARTTLS and a login. Or go by way of Somewhere Mail, port "
		    "587.\n");
}

static void no_more_than_there_is_room_for(void **state)
{
	struct profile p = shutting((uint16_t[]){ 25, 465, 587 }, 3);
	char text[40];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = '\0';
	remedy_relay(text, 20, &p);
	assert_int_equal(strlen(text), 19);
	assert_int_equal(text[20], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_is_advised),
		cmocka_unit_test(what_is_shut_is_not),
		cmocka_unit_test(a_relay_of_the_provider_is_named),
		cmocka_unit_test(no_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests_name("remedy", tests, NULL, NULL);
}
