/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cut: what is wanted ends, in whatever namespace it is, and nothing else. */
#include "cut.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "sockets.h"

/* One connection over loopback. Sockets are known by inode, so that only ours are ever wanted. */
struct pair {
	int server, fd, peer;
	uint16_t port;
	uint32_t inode;
};

static int pair_open(struct pair *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	struct stat st;

	p->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(p->server, (struct sockaddr *)&a, n) || listen(p->server, 1) ||
		getsockname(p->server, (struct sockaddr *)&a, &n) ||
		connect(p->fd, (struct sockaddr *)&a, n) || fstat(p->fd, &st))
		return -1;
	p->peer = accept4(p->server, NULL, NULL, SOCK_CLOEXEC);
	p->port = ntohs(a.sin_port);
	p->inode = st.st_ino;
	return p->peer < 0;
}

static void pair_close(struct pair *p)
{
	struct linger now = { 1, 0 };

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(p->fd);
	close(p->peer);
	close(p->server);
}

static int state_of(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* Inodes to end; what was asked about. */
struct wish {
	uint32_t inode[2];
	unsigned asked;
	struct socket_seen last;
};

static bool wanted(const struct socket_seen *s, void *arg)
{
	struct wish *w = arg;

	w->asked++;
	if (s->inode != w->inode[0] && s->inode != w->inode[1])
		return false;
	w->last = *s;
	return true;
}

static int cut(const struct pair *p, struct wish *w, size_t *done)
{
	struct cut c = { &p->port, 1, wanted, w };
	size_t failed = 77;
	int err = cut_connections(&c, done, &failed);

	return err ? err : (int)failed;
}

static void only_what_is_wanted(void **state)
{
	struct wish none = {}, one = {};
	size_t done = 77;
	struct pair a, b;

	(void)state;
	if (geteuid())
		skip(); /* CAP_NET_ADMIN ends connections */
	assert_int_equal(pair_open(&a), 0);
	assert_int_equal(pair_open(&b), 0);
	assert_int_equal(cut(&a, &none, &done), 0);
	assert_int_equal(done, 0);
	assert_int_equal(none.asked, 1); /* not about what was accepted, nor about other ports */
	assert_int_equal(state_of(a.fd), -EAGAIN);
	one.inode[0] = a.inode;
	assert_int_equal(cut(&a, &one, &done), 0);
	assert_int_equal(done, 1);
	assert_int_equal(one.last.pid, getpid());
	assert_int_not_equal(one.last.cgroup, 0);
	assert_int_equal(state_of(a.fd), -ECONNABORTED);
	assert_int_equal(state_of(a.peer), -ECONNRESET);
	assert_int_equal(state_of(b.fd), -EAGAIN);
	assert_int_equal(cut(&a, &one, &done), 0); /* it is gone */
	assert_int_equal(done, 0);
	pair_close(&a);
	pair_close(&b);
}

static int loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	err = ioctl(fd, SIOCGIFFLAGS, &r);
	r.ifr_flags |= IFF_UP;
	err = err ? err : ioctl(fd, SIOCSIFFLAGS, &r);
	close(fd);
	return err;
}

/* In a namespace of its own: tells its connection, and waits until there is something to read. */
static void elsewhere(int to, int from)
{
	struct pair p;
	int said;

	if (unshare(CLONE_NEWNET) || loopback_up() || pair_open(&p))
		_exit(1);
	if (write(to, &p, sizeof(p)) < 0 || read(from, &said, sizeof(said)) < 0)
		_exit(2);
	_exit(state_of(p.fd) == -ECONNABORTED ? 42 : 3);
}

static void in_another_namespace(void **state)
{
	int there[2], back[2], status;
	struct wish w = {};
	size_t done = 0;
	struct pair p;
	pid_t child;

	(void)state;
	if (geteuid())
		skip(); /* only root makes namespaces */
	assert_int_equal(pipe2(there, O_CLOEXEC) | pipe2(back, O_CLOEXEC), 0);
	child = fork();
	if (!child)
		elsewhere(there[1], back[0]);
	assert_int_equal(read(there[0], &p, sizeof(p)), sizeof(p));
	w.inode[0] = p.inode;
	assert_int_equal(cut(&p, &w, &done), 0);
	assert_int_equal(write(back[1], &done, sizeof(int)), sizeof(int));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(done, 1);
	assert_int_equal(w.last.pid, child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
}

static void no_port_is_nothing(void **state)
{
	struct wish w = {};
	struct cut c = { NULL, 0, wanted, &w };
	size_t done = 77, failed = 77;

	(void)state;
	assert_int_equal(cut_connections(&c, &done, &failed), 0);
	assert_int_equal(done, 0);
	assert_int_equal(failed, 0);
	assert_int_equal(w.asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_wanted),
		cmocka_unit_test(in_another_namespace),
		cmocka_unit_test(no_port_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
