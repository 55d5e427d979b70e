/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages arrive whole, with their descriptors, and nothing else is taken for one. */
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void hello(struct wire_message *m)
{
	*m = (struct wire_message){
		.kind = WIRE_HELLO, .value = -4711, .flags = WIRE_SOCKET_PASSED
	};
	memset(m->fd, -1, sizeof(m->fd));
}

static void carries_all(void **state)
{
	struct wire_message m, got;
	unsigned before = descriptors();
	char text[4] = "";
	int pair[2];

	(void)state;
	assert_int_equal(wire_pair(pair), 0);
	hello(&m);
	strcpy(m.text, "/usr/share/x");
	m.fd[WIRE_OUTPUT] = memfd_create("unit", MFD_CLOEXEC);
	assert_int_equal(write(m.fd[WIRE_OUTPUT], "abc", 3), 3);
	assert_int_equal(wire_send(pair[0], &m), 0);
	assert_int_equal(wire_say(pair[0], WIRE_DONE, 9), 0);
	close(m.fd[WIRE_OUTPUT]);
	assert_int_equal(wire_receive(pair[1], &got), 0);
	assert_int_equal(got.kind, WIRE_HELLO);
	assert_int_equal(got.value, -4711);
	assert_int_equal(got.flags, WIRE_SOCKET_PASSED);
	assert_string_equal(got.text, "/usr/share/x");
	assert_int_equal(got.fd[WIRE_STDERR], -1);
	assert_int_equal(pread(got.fd[WIRE_OUTPUT], text, 3, 0), 3);
	assert_string_equal(text, "abc");
	close(got.fd[WIRE_OUTPUT]);
	assert_int_equal(wire_receive(pair[1], &got), 0);
	assert_int_equal(got.kind, WIRE_DONE);
	assert_int_equal(got.value, 9);
	assert_string_equal(got.text, "");
	close(pair[0]);
	assert_int_equal(wire_receive(pair[1], &got), -EPIPE);
	assert_int_equal(wire_say(pair[1], WIRE_DONE, 0), -EPIPE); /* and no SIGPIPE */
	close(pair[1]);
	assert_int_equal(descriptors(), before);
}

/* Sends raw words with n descriptors beside them. */
static void send_raw(int fd, const void *bytes, size_t size, int n)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int) * 8)];
	} control = { .head = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec part = { (void *)bytes, size };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };

	if (n) {
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		control.head.cmsg_len = CMSG_LEN(sizeof(int) * n);
		memset(CMSG_DATA(&control.head), 0, sizeof(int) * n); /* standard input, n times */
	}
	assert_true(sendmsg(fd, &h, 0) >= 0);
}

static void refuses_what_is_none(void **state)
{
	static const unsigned words[5] = { WIRE_HELLO, 1, 0, 0, 0 };
	static const unsigned claims[5] = { WIRE_HELLO, 1, 0, 3, 0 };
	static const unsigned unknown[5] = { WIRE_HELLO, 1, 0, 16, 0 };
	static const unsigned open_end[5] = { WIRE_HELLO, 1, 0, 0, 0x41414141 };
	static char longest[16384];
	const struct {
		const void *bytes;
		size_t size;
		int fds;
	} cases[] = { { words, 4, 0 }, { words, 16, 0 }, { words, 20, 1 }, { claims, 20, 1 },
		{ unknown, 20, 1 }, { open_end, 20, 0 }, { longest, sizeof(longest), 0 },
		{ words, 20, 8 }, { words, 3, 4 } };
	unsigned before = descriptors();
	struct wire_message m = { .value = 5 };
	int pair[2];

	(void)state;
	assert_int_equal(wire_pair(pair), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		send_raw(pair[0], cases[i].bytes, cases[i].size, cases[i].fds);
		assert_int_equal(wire_receive(pair[1], &m), -EBADMSG);
		assert_int_equal(m.value, 5);
	}
	send_raw(pair[0], words, sizeof(words), 0);
	assert_int_equal(wire_receive(pair[1], &m), 0);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(descriptors(), before); /* none of those that came with garbage stays */
}

static void meets_under_a_name(void **state)
{
	char name[WIRE_NAME], longest[WIRE_NAME + 1];
	int listener, ours, theirs = -1, err;
	pid_t peer = 0;
	uid_t uid = 77;

	(void)state;
	assert_int_equal(wire_listen(&listener, name), 0);
	assert_true(strlen(name) > 0);
	assert_int_equal(wire_accept(listener, 1, &theirs), -ETIMEDOUT);
	assert_int_equal(wire_connect(name, &ours, &peer, &uid), 0);
	assert_int_equal(peer, getpid());
	assert_int_equal(uid, getuid());
	err = wire_accept(listener, 1000, &theirs);
	assert_int_equal(err, getuid() ? -EPERM : 0); /* only root may come */
	if (!err) {
		struct wire_message m;

		assert_int_equal(wire_say(ours, WIRE_READY, 1), 0);
		assert_int_equal(wire_receive(theirs, &m), 0);
		close(theirs);
	}
	close(ours);
	close(listener);
	assert_true(wire_connect(name, &ours, &peer, &uid) < 0);
	assert_int_equal(wire_connect("", &ours, &peer, &uid), -EINVAL);
	memset(longest, 'x', WIRE_NAME);
	longest[WIRE_NAME] = 0;
	assert_int_equal(wire_connect(longest, &ours, &peer, &uid), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_all),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(meets_under_a_name),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
