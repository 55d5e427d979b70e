/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and prefixes both ways, covering, and classes held against those of bpf/target.h. */
#include "address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "bpf/fence.h"
#include "bpf/target.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void parse_then_print(void **state)
{
	static const struct {
		const char *in;
		const char *out; /* NULL: as `in` */
		int family, bits;
	} cases[] = {
		{ "192.0.2.1", NULL, 4, 32 },
		{ "192.0.2.1/32", "192.0.2.1", 4, 32 },
		{ "255.255.255.255", NULL, 4, 32 },
		{ "0.0.0.0", NULL, 4, 32 },
		{ "0.0.0.0/0", NULL, 4, 0 },
		{ "10.0.0.0/8", NULL, 4, 8 },
		{ "128.0.0.0/1", NULL, 4, 1 },
		{ "192.0.2.128/25", NULL, 4, 25 },
		{ "192.0.2.254/31", NULL, 4, 31 },
		{ "::", NULL, 6, 128 },
		{ "::1", NULL, 6, 128 },
		{ "::/0", NULL, 6, 0 },
		{ "::1/128", "::1", 6, 128 },
		{ "2001:db8::/32", NULL, 6, 32 },
		{ "2001:db8:25::/64", NULL, 6, 64 },
		{ "fe80::/10", NULL, 6, 10 },
		{ "8000::/1", NULL, 6, 1 },
		{ "2001:db8::fffe/127", NULL, 6, 127 },
		/* RFC 5952 4.1 no leading zeros, 4.2.1 shortest, 4.2.2 one group stays, 4.2.3 longest
		 * run, then the first, 4.3 lower case */
		{ "2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1", 6, 128 },
		{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1", 6, 128 },
		{ "2001:db8:0:1:1:1:1:1", NULL, 6, 128 },
		{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 6, 128 },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1", 6, 128 },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", 6, 128 },
		{ "2001:DB8::ABCD", "2001:db8::abcd", 6, 128 },
		{ "64:ff9b::192.0.2.1", "64:ff9b::c000:201", 6, 128 },
		/* v4-mapped */
		{ "::ffff:1.2.3.4", "1.2.3.4", 4, 32 },
		{ "::FFFF:102:304", "1.2.3.4", 4, 32 },
		{ "0:0:0:0:0:ffff:1.2.3.4/128", "1.2.3.4", 4, 32 },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8", 4, 8 },
		{ "::ffff:0:0/96", "0.0.0.0/0", 4, 0 },
		{ "::fffe:0:0/95", NULL, 6, 95 },
		{ "::/80", NULL, 6, 80 },
	};
	char to[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address a, again;

		print_message("# %s\n", cases[i].in);
		memset(&a, 0xee, sizeof(a));
		assert_int_equal(address_parse(cases[i].in, &a), 0);
		assert_int_equal(a.family, cases[i].family == 4 ? FENCE_AF_INET : FENCE_AF_INET6);
		assert_int_equal(a.bits, cases[i].bits);
		assert_ptr_equal(address_print(to, &a), to);
		assert_string_equal(to, cases[i].out ? cases[i].out : cases[i].in);
		assert_int_equal(address_parse(to, &again), 0);
		assert_true(address_equal(&a, &again));
	}
}

static void refused(void **state)
{
	static const struct {
		const char *in;
		int err;
	} cases[] = {
		{ "", -EINVAL },
		{ "/", -EINVAL },
		{ "/8", -EINVAL },
		{ "1.2.3", -EINVAL },
		{ "1.2.3.4.5", -EINVAL },
		{ "1.2.3.256", -EINVAL },
		{ "01.2.3.4", -EINVAL },
		{ "1.2.3.4 ", -EINVAL },
		{ " 1.2.3.4", -EINVAL },
		{ "1.2.3.4\n", -EINVAL },
		{ "0x1.2.3.4", -EINVAL },
		{ "16909060", -EINVAL },
		{ "10.0.0.0/", -EINVAL },
		{ "10.0.0.0/33", -EINVAL },
		{ "10.0.0.0/08", -EINVAL },
		{ "10.0.0.0/+8", -EINVAL },
		{ "10.0.0.0/8/8", -EINVAL },
		{ "10.0.0.0/8 ", -EINVAL },
		{ "10.0.0.0/255.0.0.0", -EINVAL },
		{ "10.0.0.0/18446744073709551624", -EINVAL },
		{ "::1::", -EINVAL },
		{ ":::", -EINVAL },
		{ "1:2:3:4:5:6:7", -EINVAL },
		{ "1:2:3:4:5:6:7:8:9", -EINVAL },
		{ "12345::", -EINVAL },
		{ "::g", -EINVAL },
		{ "::/129", -EINVAL },
		{ "[::1]", -EINVAL },
		{ "fe80::1%eth0", -EINVAL },
		{ "::ffff:1.2.3.4/129", -EINVAL },
		{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", -EINVAL },
		{ "smtp.example.net", -EINVAL },
		{ "private", -EINVAL },
		{ "10.0.0.1/8", -EDOM },
		{ "192.0.2.129/25", -EDOM },
		{ "192.0.2.255/31", -EDOM },
		{ "0.0.0.1/0", -EDOM },
		{ "128.0.0.0/0", -EDOM },
		{ "2001:db8::1/32", -EDOM },
		{ "2001:db8::ffff/127", -EDOM },
		{ "8000::/0", -EDOM },
		{ "::ffff:10.0.0.1/104", -EDOM },
		{ "::ffff:1.2.3.4/96", -EDOM },
		{ "::ffff:0:0/95", -EDOM },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address a, before;

		print_message("# row %zu: %s\n", i, cases[i].in);
		memset(&a, 0xee, sizeof(a));
		before = a;
		assert_int_equal(address_parse(cases[i].in, &a), cases[i].err);
		assert_memory_equal(&a, &before, sizeof(a));
	}
}

static void words(void **state)
{
	static const struct {
		uint8_t family;
		uint8_t bytes[16];
		const char *out;
	} cases[] = {
		{ FENCE_AF_INET, { 192, 0, 2, 25 }, "192.0.2.25" },
		/* what stands behind an IPv4 address is not part of it */
		{ FENCE_AF_INET, { 192, 0, 2, 25, 9, 9, 9, 9 }, "192.0.2.25" },
		{ FENCE_AF_INET6, { 0x20, 1, 0xd, 0xb8, [15] = 0x25 }, "2001:db8::25" },
		{ FENCE_AF_INET6, { [10] = 0xff, 0xff, 192, 0, 2, 1 }, "192.0.2.1" },
	};
	char to[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address a, parsed;
		uint32_t word[4];

		memcpy(word, cases[i].bytes, 16);
		a = address_from_words(cases[i].family, word);
		assert_string_equal(address_print(to, &a), cases[i].out);
		assert_int_equal(address_parse(cases[i].out, &parsed), 0);
		assert_true(address_equal(&a, &parsed));
	}
}

static void covering(void **state)
{
	static const struct {
		const char *prefix, *a;
		bool covers;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "9.255.255.255", false },
		{ "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "10.0.0.0/9", true },
		{ "10.0.0.0/9", "10.0.0.0/8", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.2/31", "192.0.2.3", true },
		{ "192.0.2.2/31", "192.0.2.4", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.0", false },
		{ "0.0.0.0/0", "255.1.2.3", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "1.2.3.4", false },
		{ "::/0", "2001:db8::1", true },
		{ "::ffff:0:0/96", "1.2.3.4", true },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "2001:db8::1", "2001:db8::1", true },
		{ "2001:db8::1", "2001:db8::2", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address prefix, a;

		print_message("# %s %s\n", cases[i].prefix, cases[i].a);
		assert_int_equal(address_parse(cases[i].prefix, &prefix), 0);
		assert_int_equal(address_parse(cases[i].a, &a), 0);
		assert_int_equal(address_covers(&prefix, &a), cases[i].covers);
		assert_int_equal(address_equal(&prefix, &a), !strcmp(cases[i].prefix, cases[i].a));
	}
}

static const struct {
	const char *a;
	uint8_t class;
} classes[] = {
	{ "192.0.2.1", CLASS_PUBLIC },
	{ "198.51.100.1", CLASS_PUBLIC },
	{ "255.255.255.255", CLASS_PUBLIC },
	{ "240.0.0.1", CLASS_PUBLIC },
	{ "0.0.0.0", CLASS_LOOPBACK },
	{ "0.0.0.1", CLASS_PUBLIC },
	{ "126.255.255.255", CLASS_PUBLIC },
	{ "127.0.0.1", CLASS_LOOPBACK },
	{ "127.255.255.255", CLASS_LOOPBACK },
	{ "128.0.0.0", CLASS_PUBLIC },
	{ "9.255.255.255", CLASS_PUBLIC },
	{ "10.0.0.0", CLASS_PRIVATE },
	{ "10.255.255.255", CLASS_PRIVATE },
	{ "11.0.0.0", CLASS_PUBLIC },
	{ "172.15.255.255", CLASS_PUBLIC },
	{ "172.16.0.0", CLASS_PRIVATE },
	{ "172.31.255.255", CLASS_PRIVATE },
	{ "172.32.0.0", CLASS_PUBLIC },
	{ "192.167.255.255", CLASS_PUBLIC },
	{ "192.168.0.0", CLASS_PRIVATE },
	{ "192.168.255.255", CLASS_PRIVATE },
	{ "192.169.0.0", CLASS_PUBLIC },
	{ "169.253.255.255", CLASS_PUBLIC },
	{ "169.254.169.254", CLASS_LINK_LOCAL },
	{ "169.255.0.0", CLASS_PUBLIC },
	{ "100.63.255.255", CLASS_PUBLIC },
	{ "100.64.0.0", CLASS_CGNAT },
	{ "100.127.255.255", CLASS_CGNAT },
	{ "100.128.0.0", CLASS_PUBLIC },
	{ "223.255.255.255", CLASS_PUBLIC },
	{ "224.0.0.1", CLASS_MULTICAST },
	{ "239.255.255.255", CLASS_MULTICAST },
	{ "::", CLASS_LOOPBACK },
	{ "::1", CLASS_LOOPBACK },
	{ "::2", CLASS_PUBLIC },
	{ "1::1", CLASS_PUBLIC },
	{ "2001:db8::1", CLASS_PUBLIC },
	{ "fbff::", CLASS_PUBLIC },
	{ "fc00::", CLASS_ULA },
	{ "fdff:ffff::", CLASS_ULA },
	{ "fe7f::", CLASS_PUBLIC },
	{ "fe80::1", CLASS_LINK_LOCAL },
	{ "febf:ffff::", CLASS_LINK_LOCAL },
	{ "fec0::", CLASS_PUBLIC },
	{ "ff02::1", CLASS_MULTICAST },
	{ "::ffff:10.0.0.1", CLASS_PRIVATE },
	{ "::ffff:127.0.0.1", CLASS_LOOPBACK },
	{ "::ffff:192.0.2.1", CLASS_PUBLIC },
	{ "64:ff9b::10.0.0.1", CLASS_PRIVATE },
	{ "64:ff9b::127.0.0.1", CLASS_LOOPBACK },
	{ "64:ff9b::192.0.2.1", CLASS_PUBLIC },
	{ "64:ff9b:0:0:0:1:a00:1", CLASS_PUBLIC },
};

/* The kernel's own answer to the same address. */
static uint8_t kernel_class(const struct address *a)
{
	struct target t = { 0 };

	memcpy(t.addr, a->byte, 16);
	target_settle(&t, a->family == FENCE_AF_INET6);
	return t.class;
}

static void classes_as_in_the_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(classes); i++) {
		struct address a;

		print_message("# %s\n", classes[i].a);
		assert_int_equal(address_parse(classes[i].a, &a), 0);
		assert_int_equal(address_class(&a), classes[i].class);
		assert_int_equal(kernel_class(&a), classes[i].class);
	}
	/* every /16, first and last address; every first two bytes of IPv6 */
	for (unsigned i = 0; i < 65536; i++) {
		struct address a = { FENCE_AF_INET, 32, { (uint8_t)(i >> 8), (uint8_t)i } };

		assert_int_equal(address_class(&a), kernel_class(&a));
		a.byte[2] = a.byte[3] = 255;
		assert_int_equal(address_class(&a), kernel_class(&a));
		a = (struct address){ FENCE_AF_INET6, 128,
			{ (uint8_t)(i >> 8), (uint8_t)i, [15] = 9 } };
		assert_int_equal(address_class(&a), kernel_class(&a));
	}
}

static void class_names(void **state)
{
	static const char *const others[] = { "", "Public", "publi", "publicc", "linklocal" };

	(void)state;
	for (int i = 0; i < CLASS_COUNT; i++)
		assert_int_equal(address_class_from_name(address_class_name((uint8_t)i)), i);
	assert_null(address_class_name(CLASS_COUNT));
	assert_null(address_class_name(255));
	assert_string_equal(address_class_name(CLASS_LINK_LOCAL), "link-local");
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(address_class_from_name(others[i]), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_then_print),
		cmocka_unit_test(refused),
		cmocka_unit_test(words),
		cmocka_unit_test(covering),
		cmocka_unit_test(classes_as_in_the_kernel),
		cmocka_unit_test(class_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
