/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Host names through a resolver of this test's own: no name server is asked. */
#include <netdb.h>

static int resolver(
	const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out);
#define getaddrinfo resolver
#include "user/names.c"
#undef getaddrinfo

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct addrinfo *entry(const char *text, struct addrinfo *next)
{
	struct sockaddr_storage *sa = calloc(1, sizeof(*sa));
	struct addrinfo *a = calloc(1, sizeof(*a));

	if (!sa || !a)
		_exit(99);
	a->ai_next = next;
	a->ai_addr = (struct sockaddr *)sa;
	a->ai_family = sa->ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (sa->ss_family == AF_INET)
		inet_pton(AF_INET, text, &((struct sockaddr_in *)sa)->sin_addr);
	else
		inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)sa)->sin6_addr);
	return a;
}

static int resolver(
	const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	char text[32];
	unsigned n;

	(void)service;
	if (hints->ai_socktype != SOCK_STREAM || !geteuid()) /* root asks nobody */
		_exit(98);
	*out = NULL;
	if (sscanf(host, "many%u", &n) == 1) {
		for (; n; n--) {
			snprintf(text, sizeof(text), "192.0.2.%u", n);
			*out = entry(text, *out);
		}
		return 0;
	}
	if (!strcmp(host, "both")) {
		*out = entry("2001:db8::7",
			entry("192.0.2.9", entry("192.0.2.7", entry("::ffff:192.0.2.9", NULL))));
		return 0;
	}
	if (!strcmp(host, "hangs"))
		sleep(60);
	if (!strcmp(host, "dies"))
		raise(SIGKILL);
	return strcmp(host, "fails") ? EAI_NONAME : EAI_AGAIN;
}

static void finds_both_families(void **state)
{
	struct address *a = NULL;
	char text[ADDRESS_TEXT];
	size_t n = 0;

	(void)state;
	assert_int_equal(names_look_up("both", &a, &n), 0);
	assert_int_equal(n, 3); /* the v4-mapped one is the IPv4 one */
	assert_string_equal(address_print(text, &a[0]), "192.0.2.7");
	assert_string_equal(address_print(text, &a[1]), "192.0.2.9");
	assert_string_equal(address_print(text, &a[2]), "2001:db8::7");
	free(a);
	assert_int_equal(names_look_up("many64", &a, &n), 0);
	assert_int_equal(n, 64);
	free(a);
}

static void tells_why_there_is_none(void **state)
{
	static const struct {
		const char *host;
		int err;
	} cases[] = { { "nobody", -ENOENT }, { "fails", -EAGAIN }, { "many0", -ENOENT },
		{ "many65", -E2BIG }, { "dies", -EAGAIN } };
	struct address *a = NULL;
	size_t n = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(names_look_up(cases[i].host, &a, &n), cases[i].err);
	assert_null(a);
	assert_int_equal(n, 77);
}

static void does_not_wait_forever(void **state)
{
	struct address *a = NULL;
	int began = now_ms();
	size_t n;

	(void)state;
	assert_int_equal(names_look_up("hangs", &a, &n), -ETIMEDOUT);
	assert_in_range(now_ms() - began, NAMES_WAIT_S * 1000 - 100, NAMES_WAIT_S * 1000 + 5000);
	assert_int_equal(waitpid(-1, NULL, 0), -1); /* nothing of it is left */
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_both_families),
		cmocka_unit_test(tells_why_there_is_none),
		cmocka_unit_test(does_not_wait_forever),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
