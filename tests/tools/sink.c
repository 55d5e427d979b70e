/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Something to connect to: accepts and closes on each port, IPv4 and IPv6.
 *
 * sink PORT...   prints "ready" when it listens; ends on a signal
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 16

static int listen_on(int port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1024)) {
		fprintf(stderr, "sink: port %d: %s\n", port, strerror(errno));
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct pollfd on[PORTS];
	int n = argc - 1, fd;

	if (n < 1 || n > PORTS) {
		fprintf(stderr, "usage: sink PORT...\n");
		return 2;
	}
	for (int i = 0; i < n; i++)
		on[i] = (struct pollfd){ .fd = listen_on(atoi(argv[i + 1])), .events = POLLIN };
	printf("ready\n");
	fflush(stdout);
	while (poll(on, n, -1) >= 0)
		for (int i = 0; i < n; i++)
			while (on[i].revents &&
				(fd = accept4(on[i].fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
				close(fd);
	return 1;
}
