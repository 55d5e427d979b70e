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

static struct found parse(struct bytes b, int protocol, bool v6, bool fragment, int depth)
{
	const uint8_t *p = b.data;
	size_t skip;

	if (depth == PACKET_HEADERS)
		return (struct found){ .kind = PACKET_DEEP };
	if (protocol == 6) {
		struct found f = { .kind = PACKET_TCP };

		if (b.n < 14) {
			f = other(fragment);
			f.port = b.n >= 4 ? p[2] * 256U + p[3] : 0;
			return f;
		}
		f.port = p[2] * 256U + p[3];
		f.flags = p[13];
		return f;
	}
	if (protocol == 4 || protocol == 41) {
		if (b.n < (protocol == 4 ? 20 : 40))
			return other(fragment);
		if (p[0] / 16 != (protocol == 4 ? 4 : 6))
			return other(false);
		skip = protocol == 4 ? (p[0] % 16) * 4 : 40;
		if (protocol == 4 && (skip < 20 || (p[6] % 32) * 256 + p[7]))
			return other(false);
		fragment |= protocol == 4 && p[6] & 32;
		v6 = protocol == 41;
		protocol = protocol == 4 ? p[9] : p[6];
	} else {
		switch (protocol) {
		case 0:
		case 43:
		case 60:
		case 135:
		case 139:
		case 140:
		case 44:
			if (!v6)
				return other(false);
			/* fall through */
		case 51:
			break;
		default:
			return other(false);
		}
		if (b.n < (protocol == 44 ? 8 : 4))
			return other(fragment);
		if (protocol == 43 && (p[2] == 2 || p[2] == 4) && p[3] && b.n < 24)
			return other(fragment);
		if (protocol == 44 && (p[2] * 256 + p[3]) / 8)
			return other(false);
		fragment |= protocol == 44 && p[3] & 1;
		skip = protocol == 44 ? 8 : protocol == 51 ? (p[1] + 2) * 4 : (p[1] + 1) * 8;
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
