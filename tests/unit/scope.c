/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The addresses of this machine are those that a socket can be bound to. */
#include "scope.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "said.h"

static bool has(uint8_t (*list)[16], size_t n, const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	for (size_t i = 0; i < n; i++)
		if (!memcmp(list[i], &a, 16))
			return true;
	return false;
}

static void lists_what_is_ours(void **state)
{
	uint8_t(*list)[16] = NULL;
	size_t n = 0;

	(void)state;
	said_begin();
	assert_int_equal(scope_addresses(&list, &n), 0);
	said_end(NULL);
	if (!n) /* not even loopback is up here */
		skip();
	assert_true(has(list, n, "::ffff:127.0.0.1") || has(list, n, "::1"));
	assert_false(has(list, n, "::ffff:192.0.2.25"));
	assert_false(has(list, n, "2001:db8::25"));
	for (size_t i = 0; i < n; i++) {
		struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
		int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		memcpy(&a.sin6_addr, list[i], 16);
		if (fd >= 0 && !IN6_IS_ADDR_LINKLOCAL(&a.sin6_addr)) /* those need an interface */
			assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
		close(fd);
	}
	free(list);
}

static void a_namespace_has_one_cookie(void **state)
{
	uint64_t one = 0, two = 0;

	(void)state;
	said_begin();
	assert_int_equal(scope_netns(&one), 0);
	assert_int_equal(scope_netns(&two), 0);
	said_end(NULL);
	assert_true(one != 0);
	assert_int_equal(one, two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_what_is_ours),
		cmocka_unit_test(a_namespace_has_one_cookie),
	};

	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
