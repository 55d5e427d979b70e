/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* diag: sockets of our own on loopback are listed, and the port filter takes the right ones. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "say.h" /* before cmocka.h, whose fail() is a macro */

#include <cmocka.h>

/* The socket we look for, and how often it was listed. */
struct look {
	uint32_t inode;
	unsigned times, others;
	struct diag_socket found;
};

static int visit(const struct diag_socket *s, void *arg)
{
	struct look *l = arg;

	if (s->inode != l->inode) {
		l->others++;
		return 0;
	}
	l->times++;
	l->found = *s;
	return 0;
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

/* A listener on a port of the kernel's choice, IPv6 on any address so that both families reach it. */
static int listener(uint16_t *port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), off = 0;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin6_port);
	return fd;
}

static int client(uint8_t family, const char *to, uint16_t port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(family, to, family == AF_INET6 ? (void *)&six.sin6_addr : &four.sin_addr);
	if (family == AF_INET6)
		assert_int_equal(connect(fd, (struct sockaddr *)&six, sizeof(six)), 0);
	else
		assert_int_equal(connect(fd, (struct sockaddr *)&four, sizeof(four)), 0);
	return fd;
}

static void listeners_are_listed(void **state)
{
	uint16_t port;
	int fd = listener(&port);
	struct look l = { .inode = inode_of(fd) };
	struct diag_ask ask = { 1U << TCP_LISTEN, NULL, 0, visit, &l };

	(void)state;
	assert_int_equal(diag_tcp(&ask), 0);
	assert_int_equal(l.times, 1);
	assert_int_equal(l.found.local_port, port);
	assert_int_equal(l.found.state, TCP_LISTEN);
	assert_int_equal(l.found.uid, geteuid());
	assert_int_not_equal(l.found.cgroup, 0);
	ask.states = 1U << TCP_ESTABLISHED;
	assert_int_equal(diag_tcp(&ask), 0);
	assert_int_equal(l.times, 1);
	close(fd);
}

static const struct way {
	uint8_t family, as;
	const char *to;
} ways[] = {
	{ AF_INET, AF_INET, "127.0.0.1" },
	{ AF_INET6, AF_INET, "::ffff:127.0.0.1" },
	{ AF_INET6, AF_INET6, "::1" },
};

/* Whatever place the port has in the question, first, middle, last, alone, the answer is the same. */
static void the_filter_takes_each_place(void **state)
{
	static const uint16_t other[] = { 1, 2, 3 };
	uint16_t port, ask_port[4];
	int server = listener(&port);

	(void)state;
	for (size_t w = 0; w < sizeof(ways) / sizeof(*ways); w++) {
		int fd = client(ways[w].family, ways[w].to, port);
		struct look l = { .inode = inode_of(fd) };
		struct diag_ask ask = { 1U << TCP_ESTABLISHED, ask_port, 0, visit, &l };

		for (size_t n = 1; n <= 4; n++)
			for (size_t at = 0; at < n; at++) {
				for (size_t i = 0; i < n; i++)
					ask_port[i] = i == at ? port : other[i < at ? i : i - 1];
				ask.remote_port_n = n;
				l.times = 0;
				assert_int_equal(diag_tcp(&ask), 0);
				assert_int_equal(l.times, 1);
			}
		assert_int_equal(l.found.remote_port, port);
		assert_int_equal(l.found.remote.family, ways[w].as);
		assert_int_equal(l.others, 0); /* of this port there is nothing else */
		ask.remote_port = other;
		ask.remote_port_n = 3;
		l.times = 0;
		assert_int_equal(diag_tcp(&ask), 0);
		assert_int_equal(l.times, 0);
		/* Gone at once, so that the next way finds none of this one. */
		setsockopt(
			fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
		close(fd);
	}
	close(server);
}

static int stop(const struct diag_socket *s, void *arg)
{
	(void)s;
	(void)arg;
	return 7;
}

static void a_visit_may_stop(void **state)
{
	uint16_t port;
	int fd = listener(&port);
	struct diag_ask ask = { 1U << TCP_LISTEN, NULL, 0, stop, NULL };

	(void)state;
	assert_int_equal(diag_tcp(&ask), 7);
	say_to(NULL);
	ask.remote_port_n = 1025;
	assert_int_equal(diag_tcp(&ask), -E2BIG);
	close(fd);
}

static void reset(int fd)
{
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	close(fd);
}

/* What read() says: 0, or -errno. It waits for nothing. */
static int state_of(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void a_socket_is_ended(void **state)
{
	uint16_t port;
	int server = listener(&port);

	(void)state;
	if (geteuid())
		skip(); /* CAP_NET_ADMIN ends connections */
	for (size_t w = 0; w < sizeof(ways) / sizeof(*ways); w++) {
		int fd = client(ways[w].family, ways[w].to, port);
		int peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
		struct look l = { .inode = inode_of(fd) };
		struct diag_ask ask = { 1U << TCP_ESTABLISHED, &port, 1, visit, &l };
		struct diag_socket other;

		assert_true(peer >= 0);
		assert_int_equal(diag_tcp(&ask), 0);
		assert_int_equal(l.times, 1);
		assert_int_equal(l.found.family, ways[w].family);
		other = l.found;
		other.cookie++; /* another one of that address: not ours to end */
		assert_int_equal(diag_destroy(&other), -ENOENT);
		assert_int_equal(state_of(fd), -EAGAIN);
		assert_int_equal(diag_destroy(&l.found), 0);
		assert_int_equal(state_of(fd), -ECONNABORTED);
		assert_int_equal(state_of(peer), -ECONNRESET);
		assert_int_equal(diag_destroy(&l.found), -ENOENT);
		reset(fd);
		reset(peer);
	}
	close(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listeners_are_listed),
		cmocka_unit_test(the_filter_takes_each_place),
		cmocka_unit_test(a_visit_may_stop),
		cmocka_unit_test(a_socket_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
