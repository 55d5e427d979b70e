/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages between the two sides of a run: one packet each, with descriptors beside it. */
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What travels: fixed part, then the text with its zero. */
struct packet {
	uint32_t kind;
	int32_t value;
	uint32_t flags;
	uint32_t fds; /* bit per enum wire_fd */
	char text[sizeof(((struct wire_message *)0)->text)];
};

#define PACKET_FIXED offsetof(struct packet, text)
#define TYPE (SOCK_SEQPACKET | SOCK_CLOEXEC)

union control {
	struct cmsghdr head; /* for its alignment */
	char room[CMSG_SPACE(sizeof(int) * WIRE_FDS)];
};

int wire_pair(int pair[2])
{
	return socketpair(AF_UNIX, TYPE, 0, pair) ? -errno : 0;
}

int wire_listen(int *fd, char name[WIRE_NAME])
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t n = sizeof(a);
	int s = socket(AF_UNIX, TYPE, 0);
	int err = 0;

	if (s < 0)
		return -errno;
	/* Autobind, unix(7): an abstract name that is free, a zero and five hex digits. */
	if (bind(s, (struct sockaddr *)&a, sizeof(a.sun_family)) || listen(s, 1) ||
		getsockname(s, (struct sockaddr *)&a, &n))
		err = -errno;
	if (err) {
		(void)close(s);
		return err;
	}
	(void)snprintf(name, WIRE_NAME, "%.*s",
		(int)(n - offsetof(struct sockaddr_un, sun_path) - 1), a.sun_path + 1);
	*fd = s;
	return 0;
}

static int peer_of(int fd, struct ucred *who)
{
	socklen_t n = sizeof(*who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, who, &n) ? -errno : 0;
}

int wire_accept(int listener, int ms, int *fd)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	struct ucred who;
	int n = poll(&p, 1, ms);
	int s;

	if (n <= 0)
		return n ? -errno : -ETIMEDOUT;
	s = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (s < 0)
		return -errno;
	if (peer_of(s, &who) || who.uid) {
		(void)close(s);
		return -EPERM;
	}
	*fd = s;
	return 0;
}

int wire_connect(const char *name, int *fd, pid_t *peer, uid_t *uid)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	struct ucred who;
	int s, err = 0;

	if (!n || n >= WIRE_NAME)
		return -EINVAL;
	memcpy(a.sun_path + 1, name, n);
	s = socket(AF_UNIX, TYPE, 0);
	if (s < 0)
		return -errno;
	if (connect(s, (struct sockaddr *)&a, offsetof(struct sockaddr_un, sun_path) + 1 + n))
		err = -errno;
	if (!err)
		err = peer_of(s, &who);
	if (err) {
		(void)close(s);
		return err;
	}
	*fd = s;
	*peer = who.pid;
	*uid = who.uid;
	return 0;
}

int wire_send(int fd, const struct wire_message *m)
{
	struct packet p = { .kind = m->kind, .value = m->value, .flags = m->flags };
	struct iovec part = { &p, 0 };
	union control control = { 0 };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };
	size_t text = strnlen(m->text, sizeof(m->text) - 1);
	int fds[WIRE_FDS];
	size_t n = 0;

	memcpy(p.text, m->text, text);
	part.iov_len = PACKET_FIXED + text + 1;
	for (int i = 0; i < WIRE_FDS; i++) {
		if (m->fd[i] < 0)
			continue;
		p.fds |= 1U << i;
		fds[n++] = m->fd[i];
	}
	if (n) {
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(&control.head), fds, sizeof(int) * n);
	}
	return sendmsg(fd, &h, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int wire_say(int fd, enum wire_kind kind, int32_t value)
{
	struct wire_message m = { .kind = kind, .value = value };

	memset(m.fd, -1, sizeof(m.fd));
	return wire_send(fd, &m);
}

/* The descriptors beside a packet, at most WIRE_FDS: more do not fit and the kernel drops them. */
static size_t take_fds(struct msghdr *h, int fds[WIRE_FDS])
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(h);
	size_t n;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	return n;
}

int wire_receive(int fd, struct wire_message *m)
{
	struct packet p;
	struct iovec part = { &p, sizeof(p) };
	union control control;
	struct msghdr h = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int fds[WIRE_FDS];
	size_t n, used = 0;
	ssize_t got;

	do
		got = recvmsg(fd, &h, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got && errno != ECONNRESET ? -errno : -EPIPE;
	n = take_fds(&h, fds);
	if (got <= (ssize_t)PACKET_FIXED || ((char *)&p)[got - 1] || p.fds >> WIRE_FDS ||
		(size_t)__builtin_popcount(p.fds) != n || h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		while (n)
			(void)close(fds[--n]);
		return -EBADMSG;
	}
	*m = (struct wire_message){ .kind = p.kind, .value = p.value, .flags = p.flags };
	for (int i = 0; i < WIRE_FDS; i++)
		m->fd[i] = p.fds & 1U << i ? fds[used++] : -1;
	(void)snprintf(m->text, sizeof(m->text), "%s", p.text);
	return 0;
}
