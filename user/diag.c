/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's list of TCP sockets, asked through sock_diag(7). */
#include "diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "say.h"

#define PORTS 1024
#define OPS 3 /* of the filter, per port */

/* A netlink dump never sends more than 32 KiB at once (NLMSG_GOODSIZE grows with the reader's). */
#define ANSWER_BYTES 32768

/*
 * The kernel's filter language: an op jumps `yes` or `no` bytes ahead; whoever lands exactly at the end
 * is taken, whoever jumps past it is not. Per port: equal? then over to the jump to the end, else on to
 * the next port. The port itself stands in the `no` of a second op. `yes` is a byte, hence the jump.
 */
static void filter_fill(struct inet_diag_bc_op *op, const uint16_t *port, size_t n)
{
	const size_t size = sizeof(*op);

	for (size_t i = 0; i < n; i++, op += OPS) {
		op[0].code = INET_DIAG_BC_D_EQ;
		op[0].yes = 2 * size;
		op[0].no = OPS * size;
		op[1].no = port[i];
		op[2].code = INET_DIAG_BC_JMP;
		op[2].yes = size;
		op[2].no = ((n - i - 1) * OPS + 1) * size;
	}
	/* The last one's "else" is past the end, and its "then" is the end. */
	op[-OPS].no = (OPS + 1) * size;
}

static int request(int fd, const struct diag_ask *ask, uint8_t family)
{
	struct inet_diag_bc_op filter[PORTS * OPS];
	size_t filter_bytes = ask->remote_port_n * OPS * sizeof(filter[0]);
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 ask;
		struct rtattr attr; /* of the filter that follows */
	} message = {
		.head = { .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.ask = { .sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ask->states },
		.attr = { .rta_type = INET_DIAG_REQ_BYTECODE, .rta_len = RTA_LENGTH(filter_bytes) },
	};
	struct iovec part[] = { { &message, sizeof(message) }, { filter, filter_bytes } };

	memset(filter, 0, filter_bytes);
	if (filter_bytes)
		filter_fill(filter, ask->remote_port, ask->remote_port_n);
	else
		part[0].iov_len -= sizeof(message.attr);
	message.head.nlmsg_len = part[0].iov_len + filter_bytes;
	return writev(fd, part, filter_bytes ? 2 : 1) < 0 ? -errno : 0;
}

static struct address address_of(uint8_t family, const void *bytes)
{
	struct address a = { .family = family, .bits = family == AF_INET ? 32 : 128 };

	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)bytes)) {
		a.family = AF_INET;
		a.bits = 32;
		bytes = (const char *)bytes + 12;
	}
	memcpy(a.byte, bytes, a.bits / 8);
	return a;
}

static int tell(const struct diag_ask *ask, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *m = NLMSG_DATA(head);
	struct diag_socket s;
	int left;

	if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return fail(-EBADMSG, "read the kernel's list of TCP sockets");
	s = (struct diag_socket){
		.local = address_of(m->idiag_family, m->id.idiag_src),
		.remote = address_of(m->idiag_family, m->id.idiag_dst),
		.local_port = ntohs(m->id.idiag_sport),
		.remote_port = ntohs(m->id.idiag_dport),
		.state = m->idiag_state,
		.uid = m->idiag_uid,
		.inode = m->idiag_inode,
		.cookie = (uint64_t)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0],
		.ifindex = m->id.idiag_if,
		.family = m->idiag_family,
	};
	left = head->nlmsg_len - NLMSG_LENGTH(sizeof(*m));
	for (const struct rtattr *a = (const void *)(m + 1); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == INET_DIAG_CGROUP_ID && RTA_PAYLOAD(a) == sizeof(s.cgroup))
			memcpy(&s.cgroup, RTA_DATA(a), sizeof(s.cgroup));
	return ask->visit(&s, ask->arg);
}

/* A kernel without IPv6 has nothing to list there. */
static int refused(const struct nlmsghdr *head, uint8_t family)
{
	const struct nlmsgerr *e = NLMSG_DATA(head);
	int err = head->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ? -EBADMSG : e->error;

	if (!err || (err == -ENOENT && family == AF_INET6))
		return 0;
	return fail(err, "ask the kernel for its TCP sockets");
}

/* One message of an answer; *done when it was the last. */
static int take(const struct diag_ask *ask, const struct nlmsghdr *head, uint8_t family, int *done)
{
	if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY)
		return tell(ask, head);
	*done = head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR;
	return head->nlmsg_type == NLMSG_ERROR ? refused(head, family) : 0;
}

static int dump(int fd, const struct diag_ask *ask, uint8_t family)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
	int done = 0, err;
	ssize_t n;

	err = request(fd, ask, family);
	if (err)
		return fail(err, "ask the kernel for its TCP sockets");
	while (!done) {
		n = recv(fd, answer, sizeof(answer), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(n ? -errno : -EBADMSG, "read the kernel's list of TCP sockets");
		for (const struct nlmsghdr *head = (void *)answer; NLMSG_OK(head, n) && !done;
			head = NLMSG_NEXT(head, n)) {
			err = take(ask, head, family, &done);
			if (err)
				return err;
		}
	}
	return 0;
}

int diag_tcp(const struct diag_ask *ask)
{
	static const uint8_t family[] = { AF_INET, AF_INET6 };
	int fd, err = 0;

	if (ask->remote_port_n > PORTS)
		return refuse(-E2BIG, "%zu ports are too many to look for", ask->remote_port_n);
	for (size_t i = 0; i < sizeof(family) && !err; i++) {
		/* One socket a question: a visit that stops leaves the rest of the answer unread. */
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
		if (fd < 0)
			return fail(-errno, "open a sock_diag socket");
		err = dump(fd, ask, family[i]);
		close(fd);
	}
	return err;
}

/* The address as a socket of that family has it. */
static void put_address(void *to, uint8_t family, const struct address *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool map = family == AF_INET6 && a->family == AF_INET;

	if (map)
		memcpy(to, mapped, sizeof(mapped));
	memcpy((char *)to + (map ? sizeof(mapped) : 0), a->byte, a->family == AF_INET ? 4 : 16);
}

/* The one answer to a request with NLM_F_ACK. */
static int acknowledged(int fd)
{
	_Alignas(struct nlmsghdr) char answer[1024];
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *e = NLMSG_DATA(head);
	ssize_t n;

	do
		n = recv(fd, answer, sizeof(answer), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(*e)) || head->nlmsg_type != NLMSG_ERROR)
		return -EBADMSG;
	return e->error;
}

int diag_destroy(const struct diag_socket *s)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 ask;
	} message = {
		.head = { .nlmsg_len = sizeof(message),
			.nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.ask = { .sdiag_family = s->family,
			.sdiag_protocol = IPPROTO_TCP,
			.id = { .idiag_sport = htons(s->local_port),
				.idiag_dport = htons(s->remote_port),
				.idiag_if = s->ifindex,
				.idiag_cookie = { s->cookie, s->cookie >> 32 } } },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), err;

	if (fd < 0)
		return -errno;
	put_address(message.ask.id.idiag_src, s->family, &s->local);
	put_address(message.ask.id.idiag_dst, s->family, &s->remote);
	err = send(fd, &message, sizeof(message), 0) < 0 ? -errno : acknowledged(fd);
	close(fd);
	/* Its address may be another socket's by now, which the cookie tells. */
	return err == -ESTALE ? -ENOENT : err;
}
