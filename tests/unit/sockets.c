/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sockets: what is outgoing, what came in, and whose it is, with sockets of our own on loopback. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "sockets.h"

/* A server and a client of it, as another program would leave them. */
struct pair {
	int listener, client, accepted;
	uint16_t port, client_port;
};

static uint16_t bound(int fd)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int on = 1;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.sin_port);
}

static int setup(void **state)
{
	static struct pair p;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	p.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	p.client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	p.port = bound(p.listener);
	p.client_port = bound(p.client);
	to.sin_port = htons(p.port);
	assert_int_equal(listen(p.listener, 1), 0);
	assert_int_equal(connect(p.client, (struct sockaddr *)&to, sizeof(to)), 0);
	p.accepted = accept4(p.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(p.accepted >= 0);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	close(p->accepted);
	close(p->client);
	close(p->listener);
	return 0;
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static const struct socket_seen *by_fd(const struct socket_seen *s, size_t n, int fd)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].inode == inode_of(fd))
			return &s[i];
	return NULL;
}

static void ours_are_found(void **state)
{
	struct pair *p = *state;
	const uint16_t ports[] = { 1, p->port };
	struct socket_seen *s;
	const struct socket_seen *c, *l;
	size_t n, skipped;

	assert_int_equal(sockets_find(ports, 2, &s, &n, &skipped), 0);
	assert_int_equal(n, 2); /* the accepted one has the port too, as its own */
	c = by_fd(s, n, p->client);
	l = by_fd(s, n, p->listener);
	assert_non_null(c);
	assert_non_null(l);
	assert_false(c->listening);
	assert_true(l->listening);
	assert_int_equal(c->port, p->port);
	assert_int_equal(l->port, p->port);
	assert_int_equal(c->tcp_state, TCP_ESTABLISHED);
	assert_int_equal(c->pid, getpid());
	assert_int_equal(c->uid, geteuid());
	assert_string_not_equal(c->comm, "");
	assert_int_equal(c->remote.family, AF_INET);
	assert_memory_equal(c->remote.byte, "\x7f\0\0\1", 4);
	assert_int_not_equal(c->netns, 0);
	free(s);
}

/* Remote port watched, local port listened on: it came in. */
static void an_accepted_one_came_in(void **state)
{
	struct pair *p = *state;
	struct socket_seen *s = NULL;
	size_t n, skipped;

	assert_int_equal(sockets_find(&p->client_port, 1, &s, &n, &skipped), 0);
	assert_int_equal(n, 0);
	free(s);
}

/* The same two ports, but nobody listens any more: nothing says that it came in. */
static void without_a_listener_it_is_outgoing(void **state)
{
	struct pair *p = *state;
	struct socket_seen *s = NULL;
	size_t n, skipped;

	close(p->listener);
	assert_int_equal(sockets_find(&p->client_port, 1, &s, &n, &skipped), 0);
	assert_int_equal(n, 1);
	assert_non_null(by_fd(s, n, p->accepted));
	free(s);
	p->listener = dup(p->client);
}

static void loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
	close(fd);
}

/* A child with a connection in a namespace of its own, until the pipe closes; says its ports. */
static void elsewhere(int tell, int wait)
{
	void *state;
	char byte;

	if (unshare(CLONE_NEWNET))
		_exit(1);
	loopback_up();
	if (setup(&state) || write(tell, state, sizeof(struct pair)) < 0)
		_exit(1);
	(void)!read(wait, &byte, 1);
	_exit(0);
}

static void other_namespaces_are_searched(void **state)
{
	int up[2], down[2];
	struct socket_seen *s;
	size_t n, skipped;
	struct stat st;
	struct pair p;
	char path[64];
	pid_t child;

	(void)state;
	if (geteuid())
		skip(); /* only root may make and enter one */
	assert_int_equal(pipe2(up, O_CLOEXEC) | pipe2(down, O_CLOEXEC), 0);
	child = fork();
	if (!child) {
		close(down[1]);
		elsewhere(up[1], down[0]);
	}
	close(up[1]);
	assert_int_equal(read(up[0], &p, sizeof(p)), sizeof(p));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(sockets_find(&p.port, 1, &s, &n, &skipped), 0);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(s[i].pid, child);
		assert_int_equal(s[i].netns, st.st_ino);
	}
	free(s);
	close(down[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(up[0]);
	close(down[0]);
}

static void no_port_finds_nothing(void **state)
{
	struct socket_seen *s = NULL;
	size_t n = 5, skipped = 5;

	(void)state;
	assert_int_equal(sockets_find(NULL, 0, &s, &n, &skipped), 0);
	assert_int_equal(n, 0);
	assert_int_equal(skipped, 0);
	assert_null(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ours_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(an_accepted_one_came_in, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_listener_it_is_outgoing, setup, teardown),
		cmocka_unit_test(other_namespaces_are_searched),
		cmocka_unit_test(no_port_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
