/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rooms: */
/* Any bytes through packet.h, compared with a second parser written the other way round. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	const uint8_t *data;
	size_t n;
};

static int bpf_skb_load_bytes(const void *skb, uint32_t off, void *to, uint32_t n)
{
	const struct bytes *b = skb;

	if (off > b->n || n > b->n - off)
		return -1;
	memcpy(to, b->data + off, n);
	return 0;
}

#include "bpf/packet.h"

/* What a receiver would find: recursive, a header a call. */
struct found {
	int kind; /* enum packet_find */
	unsigned port, flags;
};

static struct found other(bool fragment)
{
	return (struct found){ .kind = fragment ? PACKET_SHORT : PACKET_OTHER };
}

static struct found tcp(struct bytes b, bool fragment)
{
	struct found f = { .kind = PACKET_TCP };

	if (b.n < 14)
		f = other(fragment);
	if (b.n >= 4)
		f.port = b.data[2] * 256U + b.data[3];
	if (b.n >= 14)
		f.flags = b.data[13];
	return f;
}

static bool extension(int protocol, bool v6)
{
	static const int of_v6[] = { 0, 43, 44, 60, 135, 139, 140 };

	for (size_t i = 0; v6 && i < sizeof(of_v6) / sizeof(*of_v6); i++)
		if (of_v6[i] == protocol)
			return true;
	return protocol == 51;
}

/* Bytes to skip over an extension header; 0: it is the end, and *f says which. */
static size_t extension_bytes(struct bytes b, int protocol, bool fragment, struct found *f)
{
	const uint8_t *p = b.data;

	*f = other(fragment);
	if (b.n < (protocol == 44 ? 8 : 4))
		return 0;
	if (protocol == 43 && (p[2] == 2 || p[2] == 4) && p[3] && b.n < 24)
		return 0;
	*f = other(false);
	if (protocol == 44)
		return (p[2] * 256 + p[3]) / 8 ? 0 : 8;
	return protocol == 51 ? (p[1] + 2) * 4 : (p[1] + 1) * 8;
}

static size_t ip_bytes(struct bytes b, bool v6, bool fragment, struct found *f)
{
	const uint8_t *p = b.data;
	size_t n;

	*f = other(fragment);
	if (b.n < (v6 ? 40 : 20))
		return 0;
	*f = other(false);
	n = v6 ? 40 : (p[0] % 16) * 4;
	if (p[0] / 16 != (v6 ? 6 : 4) || n < 20 || (!v6 && (p[6] % 32) * 256 + p[7]))
		return 0;
	return n;
}

static struct found parse(struct bytes b, int protocol, bool v6, bool fragment, int depth)
{
	const uint8_t *p = b.data;
	struct found f;
	size_t skip;

	if (depth == PACKET_HEADERS)
		return (struct found){ .kind = PACKET_DEEP };
	if (protocol == 6)
		return tcp(b, fragment);
	if (protocol == 4 || protocol == 41) {
		v6 = protocol == 41;
		skip = ip_bytes(b, v6, fragment, &f);
		if (!skip)
			return f;
		fragment |= !v6 && p[6] & 32;
		protocol = v6 ? p[6] : p[9];
	} else {
		if (!extension(protocol, v6))
			return other(false);
		skip = extension_bytes(b, protocol, fragment, &f);
		if (!skip)
			return f;
		fragment |= protocol == 44 && p[3] & 1;
		protocol = p[0];
	}
	if (skip > b.n)
		skip = b.n;
	return parse((struct bytes){ p + skip, b.n - skip }, protocol, v6, fragment, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes b = { data, n };
	struct packet p = {};
	struct found f = other(false);

	packet_walk((void *)&b, &p);
	if (n)
		f = parse(b, data[0] / 16 == 6 ? 41 : 4, false, false, 0);
	if (p.found != f.kind)
		abort();
	if ((p.found == PACKET_TCP || p.found == PACKET_SHORT) && p.dport != f.port)
		abort();
	if (p.found == PACKET_TCP && p.flags != f.flags)
		abort();
	return 0;
}
