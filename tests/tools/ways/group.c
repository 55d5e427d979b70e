/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ways across cgroups: the socket of one and the process of another. $TRY25_CGROUP names the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ways.h"

static int move_over(void)
{
	const char *dir = getenv("TRY25_CGROUP");
	char path[4096];
	int fd, err = 0;

	if (!dir) {
		errno = EINVAL;
		return try_broken("TRY25_CGROUP");
	}
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) < 0)
		err = try_broken(path);
	if (fd >= 0)
		close(fd);
	return err;
}

/* cg_escape out of a blocked cgroup, cg_before_move into one: the same steps. */
static int try_moved(const struct aim *a)
{
	int fd = try_socket(a, IPPROTO_TCP);

	if (move_over())
		return TRY_BROKEN;
	return try_connect(fd, &a->to.sa, a->bytes);
}

/* And a process that leaves first, then opens: of the other cgroup in all respects. */
static int try_left_first(const struct aim *a)
{
	return move_over() ? TRY_BROKEN : try_plain(a);
}

static int pass_socket(int over, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(over, &msg, 0) < 0 ? try_broken("sendmsg") : 0;
}

static int take_socket(int over)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	int fd = -EBADF;

	if (recvmsg(over, &msg, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* The child goes to the other cgroup. One of the two opens the socket and lends it, the other connects. */
static int try_lent(const struct aim *a, bool child_connects)
{
	int over[2], status, result = 0;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, over))
		return try_broken("socketpair");
	child = fork();
	if (child == 0) {
		if (move_over())
			_exit(254);
		if (!child_connects)
			_exit(pass_socket(over[1], try_socket(a, IPPROTO_TCP)) ? 254 : 0);
		result = try_connect(take_socket(over[1]), &a->to.sa, a->bytes);
		_exit(result == TRY_SILENT ? 255 : result);
	}
	close(over[1]);
	if (child_connects)
		result = pass_socket(over[0], try_socket(a, IPPROTO_TCP));
	else
		result = try_connect(take_socket(over[0]), &a->to.sa, a->bytes);
	close(over[0]);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) == 254)
		return TRY_BROKEN;
	if (!child_connects || result)
		return result;
	return WEXITSTATUS(status) == 255 ? TRY_SILENT : WEXITSTATUS(status);
}

static int try_scm_lent(const struct aim *a)
{
	return try_lent(a, true);
}

static int try_scm_fresh(const struct aim *a)
{
	return try_lent(a, false);
}

const struct way group_ways[] = {
	{ "cg_escape", AF_UNSPEC, try_moved },
	{ "cg_before_move", AF_UNSPEC, try_moved },
	{ "cg_left_first", AF_UNSPEC, try_left_first },
	{ "scm_lent_to_out", AF_UNSPEC, try_scm_lent },
	{ "scm_fresh_from_out", AF_UNSPEC, try_scm_fresh },
	{ NULL, 0, NULL },
};
