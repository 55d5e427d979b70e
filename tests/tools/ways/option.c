/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ways through a socket that was prepared: header options, source routes, exhausted option memory, a fixed source port. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ways.h"

static int try_ip_options(const struct aim *a)
{
	static const char nops[8] = { 1, 1, 1, 1, 1, 1, 1, 0 };
	int fd = try_socket(a, IPPROTO_TCP);

	if (fd >= 0 && setsockopt(fd, IPPROTO_IP, IP_OPTIONS, nops, sizeof(nops)))
		return try_broken("IP_OPTIONS");
	return try_connect(fd, &a->to.sa, a->bytes);
}

static int try_dstopts(const struct aim *a)
{
	static const char pad[8] = { 0, 0, 1,
		4 }; /* next header by the kernel, 8 bytes, one PadN */
	int fd = try_socket(a, IPPROTO_TCP);

	if (fd >= 0 && setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, pad, sizeof(pad)))
		return try_broken("IPV6_DSTOPTS");
	return try_connect(fd, &a->to.sa, a->bytes);
}

/* Loose source routing: the packet goes to $TRY25_HOP and names the target in its options. */
static int try_source_route(const struct aim *a)
{
	unsigned char route[8] = { 1, 131, 7,
		4 }; /* NOP, LSRR of 7 bytes, pointer to the first hop */
	int fd = try_socket(a, IPPROTO_TCP);
	const char *hop = getenv("TRY25_HOP");

	if (!hop || inet_pton(AF_INET, hop, route + 4) != 1)
		return try_broken("TRY25_HOP");
	if (fd >= 0 && setsockopt(fd, IPPROTO_IP, IP_OPTIONS, route, sizeof(route)))
		return try_broken("IP_OPTIONS");
	return try_connect(fd, &a->to.sa, a->bytes);
}

/* The same with a segment routing header (RFC 8754), which needs no privilege either. */
static int try_segment_route(const struct aim *a)
{
	struct {
		unsigned char next, length, type, left, last, flags, tag[2];
		struct in6_addr segment[2]; /* from the last on; the kernel fills in the target */
	} route = { .length = 4, .type = 4, .left = 1, .last = 1 };
	int fd = try_socket(a, IPPROTO_TCP);
	const char *hop = getenv("TRY25_HOP");

	if (!hop || inet_pton(AF_INET6, hop, &route.segment[1]) != 1)
		return try_broken("TRY25_HOP");
	if (fd >= 0 && setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, &route, sizeof(route)))
		return TRY_SKIP;
	return try_connect(fd, &a->to.sa, a->bytes);
}

/*
 * Uses up the memory for socket options (net.core.optmem_max) with TCP_MD5SIG keys for addresses nobody
 * talks to, so that the kernel refuses a BPF program storage on this socket.
 */
static int try_md5_fill(const struct aim *a)
{
	struct tcp_md5sig key = { .tcpm_keylen = 1, .tcpm_key = "k" };
	struct sockaddr_in *peer = (struct sockaddr_in *)&key.tcpm_addr;
	int fd = try_socket(a, IPPROTO_TCP);
	uint32_t n = 0;

	if (fd < 0)
		return -fd;
	peer->sin_family = AF_INET;
	do
		peer->sin_addr.s_addr = htonl(0x0a000001 + n);
	while (!setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)) && ++n < 100000);
	if (errno != ENOMEM) {
		close(fd);
		return n ? try_broken("TCP_MD5SIG") : TRY_SKIP;
	}
	return try_connect(fd, &a->to.sa, a->bytes);
}

/* Its peer (simultaneous_peer) never answers the SYN: it sends its own, and wins a SYN|ACK from us. */
static int try_simultaneous(const struct aim *a)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(SIMULTANEOUS_PORT) };
	int fd = try_socket(a, IPPROTO_TCP), one = 1;

	if (fd < 0)
		return -fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		return try_broken("bind");
	return try_connect(fd, &a->to.sa, a->bytes);
}

const struct way option_ways[] = {
	{ "ip_options_sock", AF_INET, try_ip_options },
	{ "tcp6_dstopts_sock", AF_INET6, try_dstopts },
	{ "source_route", AF_INET, try_source_route },
	{ "segment_route", AF_INET6, try_segment_route },
	{ "md5_fill", AF_INET, try_md5_fill },
	{ "simultaneous_open", AF_INET, try_simultaneous },
	{ NULL, 0, NULL },
};
