/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ways through an ordinary socket: families, call variants, threads, children. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ways.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int try_socket(const struct aim *a, int protocol)
{
	int fd = socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

/* connect() with a send timeout gives up with EINPROGRESS; a refusal of that name never waits. */
int try_connect(int fd, const struct sockaddr *to, socklen_t bytes)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000,
		.tv_usec = PATIENCE_MS % 1000 * 1000 };
	int result = 0;

	if (fd < 0)
		return -fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, to, bytes))
		result = errno == EINPROGRESS || errno == EALREADY ? TRY_SILENT : errno;
	close(fd);
	return result;
}

int try_plain(const struct aim *a)
{
	return try_connect(try_socket(a, IPPROTO_TCP), &a->to.sa, a->bytes);
}

static int try_mapped(const struct aim *a)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = a->to.v4.sin_port };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
	memcpy(to.sin6_addr.s6_addr + 12, &a->to.v4.sin_addr, 4);
	return try_connect(fd < 0 ? -errno : fd, (struct sockaddr *)&to, sizeof(to));
}

static int finish_nonblock(int fd, int err)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	socklen_t bytes = sizeof(err);

	if (err != EINPROGRESS)
		return err;
	if (poll(&wait, 1, PATIENCE_MS) == 0)
		return TRY_SILENT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &bytes);
	return err;
}

static int try_nonblock(const struct aim *a)
{
	int fd = try_socket(a, IPPROTO_TCP), result;

	if (fd < 0)
		return -fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	result = finish_nonblock(fd, connect(fd, &a->to.sa, a->bytes) ? errno : 0);
	close(fd);
	return result;
}

/* A socket that has been somewhere harmless, was disconnected and goes out again. */
static int try_unspec_reconnect(const struct aim *a)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	int fd = try_socket(a, IPPROTO_TCP);

	if (fd < 0)
		return -fd;
	self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)connect(fd, (struct sockaddr *)&self, sizeof(self));
	(void)connect(fd, &nowhere, sizeof(nowhere));
	return try_connect(fd, &a->to.sa, a->bytes);
}

static int try_reuse(const struct aim *a)
{
	int fd = try_socket(a, IPPROTO_TCP);

	if (fd < 0)
		return -fd;
	(void)try_connect(dup(fd), &a->to.sa, a->bytes);
	return try_connect(fd, &a->to.sa, a->bytes);
}

static int try_dup(const struct aim *a)
{
	int fd = try_socket(a, IPPROTO_TCP), other;

	if (fd < 0)
		return -fd;
	other = dup(fd);
	close(fd);
	return try_connect(other, &a->to.sa, a->bytes);
}

static int try_fastopen(const struct aim *a, bool use_sendmsg)
{
	int fd = try_socket(a, IPPROTO_TCP), result = 0;
	struct iovec iov = { .iov_base = "EHLO x\r\n", .iov_len = 8 };
	struct msghdr msg = { .msg_name = (void *)&a->to.sa,
		.msg_namelen = a->bytes,
		.msg_iov = &iov,
		.msg_iovlen = 1 };
	ssize_t sent;

	if (fd < 0)
		return -fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (use_sendmsg)
		sent = sendmsg(fd, &msg, MSG_FASTOPEN | MSG_NOSIGNAL);
	else
		sent = sendto(fd, iov.iov_base, iov.iov_len, MSG_FASTOPEN | MSG_NOSIGNAL, &a->to.sa,
			a->bytes);
	result = finish_nonblock(fd, sent < 0 ? errno : EINPROGRESS);
	close(fd);
	return result;
}

static int try_tfo_sendto(const struct aim *a)
{
	return try_fastopen(a, false);
}

static int try_tfo_sendmsg(const struct aim *a)
{
	return try_fastopen(a, true);
}

static int try_tfo_connect(const struct aim *a)
{
	int fd = try_socket(a, IPPROTO_TCP), one = 1, result;

	if (fd < 0)
		return -fd;
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)))
		return TRY_SKIP;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	result = connect(fd, &a->to.sa, a->bytes) ? errno : 0;
	/* With a cookie, connect() only promises and the first write sends the SYN. */
	if (!result && send(fd, "x", 1, MSG_NOSIGNAL) < 0)
		result = errno;
	result = finish_nonblock(fd, result);
	close(fd);
	return result;
}

static int try_mptcp(const struct aim *a)
{
	int fd = try_socket(a, IPPROTO_MPTCP);

	if (fd == -EPROTONOSUPPORT || fd == -ENOPROTOOPT || fd == -EINVAL)
		return TRY_SKIP;
	return try_connect(fd, &a->to.sa, a->bytes);
}

struct errand {
	const struct aim *aim;
	int result;
};

static void *run_errand(void *arg)
{
	struct errand *e = arg;

	e->result = try_plain(e->aim);
	return NULL;
}

static int try_thread(const struct aim *a)
{
	struct errand e = { .aim = a };
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run_errand, &e);
	if (errno)
		return try_broken("thread");
	pthread_join(thread, NULL);
	return e.result;
}

/* A copy of this program, by vfork and exec, tries once; its exit status is the result. */
int try_executed(const struct aim *a, const char *tag, int *pid)
{
	char *const words[] = { "try25", "once", (char *)a->address, (char *)a->port, "1",
		(char *)tag, NULL };
	int status;
	pid_t child;

	child = vfork();
	if (child == 0) {
		execv("/proc/self/exe", words);
		_exit(254);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return try_broken("child");
	if (pid)
		*pid = child;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 254)
		return TRY_BROKEN;
	return WEXITSTATUS(status) == 255 ? TRY_SILENT : WEXITSTATUS(status);
}

static int try_forkexec(const struct aim *a)
{
	return try_executed(a, "child", NULL);
}

/* UDP to the same port: not ours to touch. */
static int try_udp(const struct aim *a)
{
	int fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0), result = 0;

	if (connect(fd, &a->to.sa, a->bytes) || send(fd, "x", 1, MSG_NOSIGNAL) < 0)
		result = errno;
	close(fd);
	return result;
}

const struct way socket_ways[] = {
	{ "tcp4", AF_INET, try_plain },
	{ "tcp6", AF_INET6, try_plain },
	{ "mapped", AF_INET, try_mapped },
	{ "nonblock", AF_UNSPEC, try_nonblock },
	{ "unspec_reconnect", AF_INET, try_unspec_reconnect },
	{ "reuse", AF_UNSPEC, try_reuse },
	{ "dup", AF_UNSPEC, try_dup },
	{ "tfo_sendto", AF_UNSPEC, try_tfo_sendto },
	{ "tfo_sendmsg", AF_UNSPEC, try_tfo_sendmsg },
	{ "tfo_connect", AF_UNSPEC, try_tfo_connect },
	{ "mptcp", AF_UNSPEC, try_mptcp },
	{ "uring", AF_UNSPEC, try_uring },
	{ "thread", AF_UNSPEC, try_thread },
	{ "forkexec", AF_UNSPEC, try_forkexec },
	{ "udp", AF_UNSPEC, try_udp },
	{ NULL, 0, NULL },
};
