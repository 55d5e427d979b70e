/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ways through raw sockets: a SYN made by hand, with and without options, extensions and fragments. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ways.h"

#define OPTION_BYTES 8 /* of NOPs, in raw_ipopt */
#define SOURCE_PORT 40026

static uint16_t checksum(const void *data, size_t bytes, uint32_t sum)
{
	const uint8_t *p = data;

	for (size_t i = 0; i + 1 < bytes; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* The address this host would use towards the target: what a UDP connect() would bind. */
static int source_find(const struct aim *a, struct sockaddr_in *out)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t bytes = sizeof(*out);
	int err = 0;

	if (connect(fd, &a->to.sa, a->bytes) || getsockname(fd, (struct sockaddr *)out, &bytes))
		err = -errno;
	close(fd);
	return err;
}

static struct tcphdr syn_make(uint16_t from, in_port_t to)
{
	return (struct tcphdr){ .source = htons(from),
		.dest = to,
		.seq = htonl(time(NULL)),
		.doff = 5,
		.syn = 1,
		.window = htons(64240) };
}

static void syn_seal(struct tcphdr *tcp, in_addr_t from, in_addr_t to)
{
	uint32_t f = ntohl(from), t = ntohl(to);

	tcp->check = 0;
	tcp->check = checksum(tcp, sizeof(*tcp),
		(f >> 16) + (f & 0xffff) + (t >> 16) + (t & 0xffff) + IPPROTO_TCP + sizeof(*tcp));
}

/* Ports mean nothing to a raw socket; IPv6 insists on 0. */
static int raw_send(int fd, const struct aim *a, const void *data, size_t bytes)
{
	struct aim to = *a;
	int result = 0;

	if (fd < 0)
		return try_broken("raw socket");
	if (a->family == AF_INET6)
		to.to.v6.sin6_port = 0;
	if (sendto(fd, data, bytes, 0, &to.to.sa, to.bytes) < 0)
		result = errno;
	return result;
}

static int try_raw_tcp(const struct aim *a)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP), result;
	struct tcphdr tcp = syn_make(SOURCE_PORT, a->to.v4.sin_port);
	struct sockaddr_in from;

	if (source_find(a, &from))
		return try_broken("source address");
	syn_seal(&tcp, from.sin_addr.s_addr, a->to.v4.sin_addr.s_addr);
	result = raw_send(fd, a, &tcp, sizeof(tcp));
	close(fd);
	return result;
}

struct packet {
	struct iphdr ip;
	uint8_t rest[OPTION_BYTES + sizeof(struct tcphdr)];
};

static int packet_make(const struct aim *a, size_t options, struct packet *out, size_t *bytes)
{
	struct tcphdr tcp = syn_make(SOURCE_PORT, a->to.v4.sin_port);
	struct sockaddr_in from;

	if (source_find(a, &from))
		return try_broken("source address");
	*bytes = sizeof(out->ip) + options + sizeof(tcp);
	*out = (struct packet){ .ip = { .version = 4,
					.ihl = 5 + options / 4,
					.ttl = 64,
					.protocol = IPPROTO_TCP,
					.id = htons(2525),
					.tot_len = htons(*bytes),
					.saddr = from.sin_addr.s_addr,
					.daddr = a->to.v4.sin_addr.s_addr } };
	memset(out->rest, 1, options); /* IPOPT_NOP */
	syn_seal(&tcp, out->ip.saddr, out->ip.daddr);
	memcpy(out->rest + options, &tcp, sizeof(tcp));
	return 0;
}

static int try_with_header(const struct aim *a, size_t options)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), result;
	struct packet p;
	size_t bytes;

	result = packet_make(a, options, &p, &bytes);
	if (!result)
		result = raw_send(fd, a, &p, bytes);
	close(fd);
	return result;
}

static int try_raw_hdrincl(const struct aim *a)
{
	return try_with_header(a, 0);
}

static int try_raw_ipopt(const struct aim *a)
{
	return try_with_header(a, OPTION_BYTES);
}

/* Ports and sequence number in the first fragment, the flags in the second. */
static int try_frag_tiny4(const struct aim *a)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), result;
	struct packet p, second;
	size_t bytes;

	result = packet_make(a, 0, &p, &bytes);
	if (result)
		return result;
	second = p;
	p.ip.frag_off = htons(0x2000); /* more fragments */
	p.ip.tot_len = htons(sizeof(p.ip) + 8);
	result = raw_send(fd, a, &p, sizeof(p.ip) + 8);
	memmove(second.rest, second.rest + 8, sizeof(struct tcphdr) - 8);
	second.ip.frag_off = htons(1);
	second.ip.tot_len = htons(bytes - 8);
	(void)raw_send(fd, a, &second, bytes - 8); /* what counts is the first */
	close(fd);
	return result;
}

/* IPv6: the kernel writes the checksum and, as sticky options, the extension headers. */
static int try_raw6(const struct aim *a, bool extended)
{
	static const char pad[8] = { 0, 0, 1, 4 };
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	int at = offsetof(struct tcphdr, check), result;
	struct tcphdr tcp = syn_make(SOURCE_PORT, a->to.v6.sin6_port);

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &at, sizeof(at)))
		return try_broken("raw socket");
	if (extended && (setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, pad, sizeof(pad)) ||
				setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, pad, sizeof(pad))))
		return try_broken("IPV6_HOPOPTS");
	result = raw_send(fd, a, &tcp, sizeof(tcp));
	close(fd);
	return result;
}

static int try_raw_tcp6(const struct aim *a)
{
	return try_raw6(a, false);
}

static int try_raw6_ext(const struct aim *a)
{
	return try_raw6(a, true);
}

static bool is_synack(const uint8_t *p, ssize_t n, in_port_t port)
{
	struct tcphdr tcp;

	if (n < (ssize_t)sizeof(struct iphdr) || n < (p[0] & 15) * 4 + (ssize_t)sizeof(tcp))
		return false;
	memcpy(&tcp, p + (p[0] & 15) * 4, sizeof(tcp));
	return tcp.source == htons(SIMULTANEOUS_PORT) && tcp.dest == port && tcp.syn && tcp.ack;
}

/*
 * The other side of simultaneous_open: ADDRESS is the host that tries, PORT the port it tries, and
 * $TRY25_SOURCE the address it tries, which must be nobody's here, so that this kernel stays silent.
 * Sends SYNs from there for two seconds and says how many SYN|ACK it won.
 */
static int serve_simultaneous(const struct aim *a)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	int in = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_IP));
	struct timespec pause = { .tv_nsec = 20000000 };
	struct tcphdr tcp = syn_make(ntohs(a->to.v4.sin_port), htons(SIMULTANEOUS_PORT));
	const char *source = getenv("TRY25_SOURCE");
	uint8_t seen[2048];
	struct packet p;
	unsigned won = 0;
	size_t bytes;
	ssize_t n;

	if (fd < 0 || in < 0 || !source || packet_make(a, 0, &p, &bytes))
		return try_broken("simultaneous_peer");
	p.ip.saddr = inet_addr(source);
	syn_seal(&tcp, p.ip.saddr, p.ip.daddr);
	memcpy(p.rest, &tcp, sizeof(tcp));
	for (int i = 0; i < 100; i++) {
		(void)raw_send(fd, a, &p, bytes);
		nanosleep(&pause, NULL);
		while ((n = recv(in, seen, sizeof(seen), 0)) > 0)
			won += is_synack(seen, n, a->to.v4.sin_port);
	}
	printf("won %u\n", won);
	close(fd);
	close(in);
	return 0;
}

const struct way raw_ways[] = {
	{ "raw_tcp", AF_INET, try_raw_tcp },
	{ "raw_hdrincl", AF_INET, try_raw_hdrincl },
	{ "raw_ipopt", AF_INET, try_raw_ipopt },
	{ "frag_tiny4", AF_INET, try_frag_tiny4 },
	{ "raw_tcp6", AF_INET6, try_raw_tcp6 },
	{ "raw6_ext", AF_INET6, try_raw6_ext },
	{ "simultaneous_peer", AF_INET, serve_simultaneous },
	{ NULL, 0, NULL },
};
