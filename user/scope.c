/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scope.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* include/uapi/asm-generic/socket.h */
#endif

int scope_netns(uint64_t *cookie)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(*cookie);
	uint64_t value;
	int err = 0;

	if (fd < 0)
		return fail(-errno, "open a socket");
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &value, &n))
		err = fail(-errno, "ask for the cookie of the network namespace");
	else
		*cookie = value;
	close(fd);
	return err;
}

static void own(uint8_t to[16], const struct sockaddr *a)
{
	if (a->sa_family == AF_INET6) {
		memcpy(to, &((const struct sockaddr_in6 *)a)->sin6_addr, 16);
		return;
	}
	memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	memcpy(to + 12, &((const struct sockaddr_in *)a)->sin_addr, 4);
}

int scope_addresses(uint8_t (**out)[16], size_t *n)
{
	uint8_t(*list)[16];
	struct ifaddrs *all, *i;
	size_t count = 0;

	if (getifaddrs(&all))
		return fail(-errno, "list the addresses of this machine");
	for (i = all; i; i = i->ifa_next)
		count++;
	list = calloc(count + 1, sizeof(*list));
	count = 0;
	for (i = all; list && i; i = i->ifa_next)
		if (i->ifa_addr &&
			(i->ifa_addr->sa_family == AF_INET || i->ifa_addr->sa_family == AF_INET6))
			own(list[count++], i->ifa_addr);
	freeifaddrs(all);
	if (!list)
		return fail(-ENOMEM, "list the addresses of this machine");
	*out = list;
	*n = count;
	return 0;
}
