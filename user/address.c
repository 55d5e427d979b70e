/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IP addresses and prefixes as text and bytes. */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bpf/fence.h"
#include "text.h"

static const char *const class_names[] = {
	[CLASS_PUBLIC] = "public",
	[CLASS_PRIVATE] = "private",
	[CLASS_LOOPBACK] = "loopback",
	[CLASS_LINK_LOCAL] = "link-local",
	[CLASS_CGNAT] = "cgnat",
	[CLASS_ULA] = "ula",
	[CLASS_MULTICAST] = "multicast",
	[CLASS_OWN] = "own",
};
_Static_assert(sizeof(class_names) / sizeof(class_names[0]) == CLASS_COUNT, "a name per class");

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */

static void unmap(struct address *a)
{
	if (a->family != AF_INET6 || a->bits < 96 || memcmp(a->byte, mapped, sizeof(mapped)) != 0)
		return;
	memmove(a->byte, a->byte + 12, 4);
	memset(a->byte + 4, 0, 12);
	a->family = AF_INET;
	a->bits -= 96;
}

static bool host_bits_set(const struct address *a, unsigned width)
{
	for (unsigned bit = a->bits; bit < width; bit++)
		if (a->byte[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

int address_parse(const char *s, struct address *out)
{
	size_t n = strcspn(s, "/");
	struct address a = { 0 };
	char host[INET6_ADDRSTRLEN];
	unsigned width;
	uint64_t bits;

	if (n >= sizeof(host))
		return -EINVAL;
	memcpy(host, s, n);
	host[n] = 0;
	a.family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, host, a.byte) != 1)
		return -EINVAL;
	width = a.family == AF_INET6 ? 128 : 32;
	bits = width;
	if (s[n] && text_number(s + n + 1, width, &bits) != 0)
		return -EINVAL;
	a.bits = (uint8_t)bits;
	if (host_bits_set(&a, width))
		return -EDOM;
	unmap(&a);
	*out = a;
	return 0;
}

char *address_print(char to[ADDRESS_TEXT], const struct address *a)
{
	size_t n;

	/* glibc's form is RFC 5952's; fails only for another family, which no address has */
	if (!inet_ntop(a->family, a->byte, to, ADDRESS_TEXT))
		to[0] = 0;
	n = strlen(to);
	if (a->bits != (a->family == AF_INET6 ? 128 : 32))
		snprintf(to + n, ADDRESS_TEXT - n, "/%u", a->bits);
	return to;
}

struct address address_from_words(uint8_t family, const uint32_t word[4])
{
	struct address a = { .family = family };

	if (family == AF_INET6) {
		a.bits = 128;
		memcpy(a.byte, word, 16);
		unmap(&a);
	} else {
		a.bits = 32;
		memcpy(a.byte, word, 4);
	}
	return a;
}

bool address_covers(const struct address *prefix, const struct address *a)
{
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (prefix->family != a->family || prefix->bits > a->bits)
		return false;
	if (memcmp(prefix->byte, a->byte, whole) != 0)
		return false;
	return !rest || (prefix->byte[whole] ^ a->byte[whole]) >> (8 - rest) == 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->bits == b->bits &&
	       !memcmp(a->byte, b->byte, sizeof(a->byte));
}

/* As bpf/target.h classifies; the unit test holds the two together. */
static uint8_t class4(const uint8_t b[4])
{
	if (b[0] == 127 || !(b[0] | b[1] | b[2] | b[3]))
		return CLASS_LOOPBACK;
	if (b[0] == 10 || (b[0] == 172 && b[1] >> 4 == 1) || (b[0] == 192 && b[1] == 168))
		return CLASS_PRIVATE;
	if (b[0] == 169 && b[1] == 254)
		return CLASS_LINK_LOCAL;
	if (b[0] == 100 && b[1] >> 6 == 1)
		return CLASS_CGNAT;
	return b[0] >> 4 == 0xe ? CLASS_MULTICAST : CLASS_PUBLIC;
}

uint8_t address_class(const struct address *a)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b }; /* RFC 6052 */
	static const uint8_t zero[15];
	const uint8_t *b = a->byte;

	if (a->family == AF_INET)
		return class4(b);
	if (!memcmp(b, zero, 15) && b[15] <= 1)
		return CLASS_LOOPBACK;
	if (b[0] >> 1 == 0x7e)
		return CLASS_ULA;
	if (b[0] == 0xfe && b[1] >> 6 == 2)
		return CLASS_LINK_LOCAL;
	if (b[0] == 0xff)
		return CLASS_MULTICAST;
	return memcmp(b, nat64, sizeof(nat64)) ? CLASS_PUBLIC : class4(b + 12);
}

const char *address_class_name(uint8_t target_class)
{
	return target_class < CLASS_COUNT ? class_names[target_class] : NULL;
}

int address_class_from_name(const char *name)
{
	for (int i = 0; i < CLASS_COUNT; i++)
		if (!strcmp(name, class_names[i]))
			return i;
	return -EINVAL;
}
