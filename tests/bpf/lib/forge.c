/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "forge.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETHERNET 14
#define WORDS 40

struct word {
	char name[16];
	char value[48];
};

static const struct {
	const char *name;
	unsigned char protocol;
} protocols[] = {
	{ "ip4", 4 },
	{ "ip4o", 4 },
	{ "ip4mf", 4 },
	{ "ip4off", 4 },
	{ "ip6", 41 },
	{ "hbh", 0 },
	{ "dst", 60 },
	{ "dst3", 60 },
	{ "mob", 135 },
	{ "ah", 51 },
	{ "rt4", 43 },
	{ "rt4done", 43 },
	{ "frag", 44 },
	{ "atomic", 44 },
	{ "fragoff", 44 },
	{ "tcp", 6 },
	{ "udp", 17 },
	{ "icmp", 1 },
	{ "esp", 50 },
	{ "none", 59 },
};

static int protocol_of(const struct word *w)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strcmp(protocols[i].name, w->name))
			return protocols[i].protocol;
	return -1;
}

static size_t put_ip4(unsigned char *p, const struct word *w, unsigned char next)
{
	size_t n = strcmp(w->name, "ip4o") ? 20 : 60;

	memset(p, 0, n);
	memset(p + 20, 1, n - 20); /* no-operation options */
	p[0] = 0x40 | n / 4;
	p[2] = 0;
	p[3] = 100;
	p[6] = strcmp(w->name, "ip4mf") ? 0 : 0x20;
	p[7] = strcmp(w->name, "ip4off") ? 0 : 1;
	p[8] = 64;
	p[9] = next;
	inet_pton(AF_INET, "192.0.2.1", p + 12);
	inet_pton(AF_INET, *w->value ? w->value : "198.51.100.25", p + 16);
	return n;
}

static size_t put_ip6(unsigned char *p, const struct word *w, unsigned char next)
{
	memset(p, 0, 40);
	p[0] = 0x60;
	p[5] = 80;
	p[6] = next;
	p[7] = 64;
	inet_pton(AF_INET6, "2001:db8::1", p + 8);
	inet_pton(AF_INET6, *w->value ? w->value : "2001:db8::25", p + 24);
	return 40;
}

static size_t put_routing(unsigned char *p, const struct word *w, unsigned char next)
{
	memset(p, 0, 24);
	p[0] = next;
	p[1] = 2;
	p[2] = 4;
	p[3] = !strcmp(w->name, "rt4");
	inet_pton(AF_INET6, w->value, p + 8);
	return 24;
}

static size_t put_extension(unsigned char *p, const struct word *w, unsigned char next)
{
	size_t n = strcmp(w->name, "dst3") ? 8 : 24;

	memset(p, 0, n);
	p[0] = next;
	p[1] = !strcmp(w->name, "ah") ? n / 4 - 2 : n / 8 - 1;
	if (!strcmp(w->name, "frag"))
		p[3] = 1;
	if (!strcmp(w->name, "fragoff"))
		p[3] = 8;
	if (protocol_of(w) == 44)
		p[1] = 0;
	return n;
}

static size_t put_tcp(unsigned char *p, const struct word *w)
{
	const char *cut = strchr(w->value, '/'), *flags = strchr(w->value, ':');
	unsigned port = atoi(w->value);

	memset(p, 0, 20);
	p[0] = 0x30;
	p[2] = port >> 8;
	p[3] = port;
	p[12] = 0x50;
	for (; flags && *flags && *flags != '/'; flags++)
		p[13] |= *flags == 'S'   ? 2
			 : *flags == 'A' ? 16
			 : *flags == 'F' ? 1
			 : *flags == 'R' ? 4
			 : *flags == 'P' ? 8
					 : 0;
	return cut ? (size_t)atoi(cut + 1) : 20;
}

static size_t put(unsigned char *p, const struct word *w, unsigned char next)
{
	unsigned port = atoi(w->value);

	switch (protocol_of(w)) {
	case 4:
		return put_ip4(p, w, next);
	case 41:
		return put_ip6(p, w, next);
	case 43:
		return put_routing(p, w, next);
	case 6:
		return put_tcp(p, w);
	case 17:
	case 1:
	case 50:
		memset(p, 0, 24);
		p[2] = port >> 8;
		p[3] = port;
		return 24;
	case 59:
		return 0;
	}
	return put_extension(p, w, next);
}

size_t forge(unsigned char *to, size_t size, const char *words)
{
	struct word word[WORDS] = {};
	char copy[512], *save = NULL, *w;
	size_t n = 0, at = ETHERNET;

	snprintf(copy, sizeof(copy), "%s", words);
	for (w = strtok_r(copy, " ", &save); w && n < WORDS; w = strtok_r(NULL, " ", &save), n++) {
		if (sscanf(w, "%15[^=]=%47s", word[n].name, word[n].value) < 1 ||
			protocol_of(&word[n]) < 0)
			return 0;
	}
	if (!n || size < 2048)
		return 0;
	memset(to, 0, ETHERNET);
	to[12] = protocol_of(&word[0]) == 41 ? 0x86 : 0x08;
	to[13] = protocol_of(&word[0]) == 41 ? 0xdd : 0x00;
	for (size_t i = 0; i < n; i++)
		at += put(to + at, &word[i], i + 1 < n ? protocol_of(&word[i + 1]) : 59);
	return at;
}
