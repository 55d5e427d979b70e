/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What really arrived: stands on the far side of a veth and counts, by an AF_PACKET socket.
 *
 * witness IFACE [PORT...]   ports: 25 26 465 587 2525 unless given
 *
 * Prints "ready" when it listens, then "syn SOURCE TARGET PORT" for the first 100 SYNs (without ACK), and
 * on SIGTERM a line per port: "PORT SYNS FRAGMENTS SEGMENTS". FRAGMENTS are first fragments to the port that do
 * not show their flags, SEGMENTS everything else to it. Exit status 1 when the socket lost packets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PORTS 16
#define LISTED 100

struct watch {
	uint16_t port;
	unsigned long syns, fragments, segments;
};

struct witness {
	struct watch watch[PORTS];
	int ports;
	unsigned long listed;
};

/* A parsed packet: its transport header and the addresses, as far as they are there. */
struct seen {
	const uint8_t *tcp;
	size_t bytes; /* of tcp that are in the packet */
	int family;
	const void *from, *to;
};

static bool parse4(const uint8_t *p, size_t n, struct seen *out)
{
	const struct iphdr *ip = (const void *)p;

	if (n < sizeof(*ip) || ip->protocol != IPPROTO_TCP || ntohs(ip->frag_off) & 0x1fff)
		return false;
	if (n > ntohs(ip->tot_len))
		n = ntohs(ip->tot_len); /* Ethernet pads */
	if (n < ip->ihl * 4u)
		return false;
	*out = (struct seen){ p + ip->ihl * 4, n - ip->ihl * 4, AF_INET, &ip->saddr, &ip->daddr };
	return true;
}

static bool is_extension(uint8_t next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_DSTOPTS || next == IPPROTO_ROUTING ||
	       next == IPPROTO_FRAGMENT;
}

/* Walks the extension headers. A fragment that is not the first has no ports. */
static bool parse6(const uint8_t *p, size_t n, struct seen *out)
{
	const struct ip6_hdr *ip = (const void *)p;
	size_t at = sizeof(*ip);
	uint8_t next;

	if (n < at)
		return false;
	for (next = ip->ip6_nxt; is_extension(next) && at + 8 <= n;) {
		bool fragment = next == IPPROTO_FRAGMENT;

		if (fragment && (p[at + 2] << 8 | p[at + 3]) & 0xfff8)
			return false;
		next = p[at];
		at += fragment ? 8 : (p[at + 1] + 1) * 8;
	}
	if (next != IPPROTO_TCP || at > n)
		return false;
	*out = (struct seen){ p + at, n - at, AF_INET6, &ip->ip6_src, &ip->ip6_dst };
	return true;
}

static void list_syn(struct witness *w, const struct seen *s, uint16_t port)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	if (w->listed++ >= LISTED)
		return;
	printf("syn %s %s %u\n", inet_ntop(s->family, s->from, from, sizeof(from)),
		inet_ntop(s->family, s->to, to, sizeof(to)), port);
}

static void count(struct witness *w, const uint8_t *p, size_t n, uint16_t protocol)
{
	struct seen s;
	uint16_t port;

	if (!(protocol == ETH_P_IP ? parse4(p, n, &s) : protocol == ETH_P_IPV6 && parse6(p, n, &s)))
		return;
	if (s.bytes < 4)
		return;
	port = s.tcp[2] << 8 | s.tcp[3];
	for (int i = 0; i < w->ports; i++) {
		if (w->watch[i].port != port)
			continue;
		if (s.bytes < 14) {
			w->watch[i].fragments++;
		} else if ((s.tcp[13] & (TH_SYN | TH_ACK)) == TH_SYN) {
			w->watch[i].syns++;
			list_syn(w, &s, port);
		} else {
			w->watch[i].segments++;
		}
	}
}

/* All that wait. SOCK_DGRAM: the packet begins with its IP header. */
static void take(struct witness *w, int fd)
{
	uint8_t packet[2048];
	struct sockaddr_ll from;
	ssize_t n;

	for (;;) {
		socklen_t bytes = sizeof(from);

		n = recvfrom(
			fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &bytes);
		if (n < 0)
			return;
		if (from.sll_pkttype != PACKET_OUTGOING)
			count(w, packet, n, ntohs(from.sll_protocol));
	}
}

static int listen_on(const char *iface)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)), bytes = 32 << 20;
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	at.sll_ifindex = if_nametoindex(iface);
	if (fd < 0 || !at.sll_ifindex || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		fprintf(stderr, "witness: %s: %s\n", iface, strerror(errno));
		exit(1);
	}
	(void)setsockopt(
		fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)); /* losses are counted */
	return fd;
}

static int stop_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int finish(const struct witness *w, int fd)
{
	struct tpacket_stats lost = { 0 };
	socklen_t bytes = sizeof(lost);

	for (int i = 0; i < w->ports; i++)
		printf("%u %lu %lu %lu\n", w->watch[i].port, w->watch[i].syns,
			w->watch[i].fragments, w->watch[i].segments);
	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &lost, &bytes);
	if (lost.tp_drops)
		fprintf(stderr, "witness: %u packets lost\n", lost.tp_drops);
	return lost.tp_drops != 0;
}

int main(int argc, char **argv)
{
	static char *usual[] = { "25", "26", "465", "587", "2525" };
	char **port = argc > 2 ? argv + 2 : usual;
	struct witness w = { .ports = argc > 2 ? argc - 2 : 5 };
	struct pollfd wait[2] = { { .events = POLLIN }, { .events = POLLIN } };

	if (argc < 2 || w.ports > PORTS) {
		fprintf(stderr, "usage: witness IFACE [PORT...]\n");
		return 2;
	}
	for (int i = 0; i < w.ports; i++)
		w.watch[i].port = atoi(port[i]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	wait[0].fd = stop_signal();
	wait[1].fd = listen_on(argv[1]);
	printf("ready\n");
	while (poll(wait, 2, -1) >= 0 && !wait[0].revents)
		take(&w, wait[1].fd);
	take(&w, wait[1].fd);
	return finish(&w, wait[1].fd);
}
