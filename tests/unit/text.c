/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers, durations, UTF-8, inert text, times and nearest names, as tables. */
#include "text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED 0xdeadbeefULL

static void numbers(void **state)
{
	static const struct {
		const char *s;
		uint64_t max;
		int err;
		uint64_t n;
	} cases[] = {
		{ "0", 0, 0, 0 }, { "1", 1, 0, 1 }, { "25", 65535, 0, 25 },
		{ "65535", 65535, 0, 65535 }, { "65536", 65535, -ERANGE, 0 },
		{ "2", 1, -ERANGE, 0 }, { "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "36893488147419103232", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999x", UINT64_MAX, -EINVAL, 0 }, { "", 9, -EINVAL, 0 },
		{ "00", 9, -EINVAL, 0 }, { "025", 99, -EINVAL, 0 }, { "+1", 9, -EINVAL, 0 },
		{ "-1", 9, -EINVAL, 0 }, { " 1", 9, -EINVAL, 0 }, { "1 ", 9, -EINVAL, 0 },
		{ "1\n", 9, -EINVAL, 0 }, { "1.0", 9, -EINVAL, 0 }, { "0x1", 9, -EINVAL, 0 },
		{ "1e3", 9999, -EINVAL, 0 }, { "\xd9\xa1", 9, -EINVAL, 0 }, /* an Arabic digit */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t n = UNTOUCHED;

		print_message("# %s\n", cases[i].s);
		assert_int_equal(text_number(cases[i].s, cases[i].max, &n), cases[i].err);
		assert_int_equal(n, cases[i].err ? UNTOUCHED : cases[i].n);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *s;
		int err;
		uint64_t n;
	} cases[] = {
		{ "1s", 0, 1 },
		{ "90s", 0, 90 },
		{ "10m", 0, 600 },
		{ "2h", 0, 7200 },
		{ "3d", 0, 259200 },
		{ "3650d", 0, 315360000 },
		{ "3651d", -ERANGE, 0 },
		{ "87600h", 0, 315360000 },
		{ "87601h", -ERANGE, 0 },
		{ "5256000m", 0, 315360000 },
		{ "5256001m", -ERANGE, 0 },
		{ "315360000s", 0, 315360000 },
		{ "315360001s", -ERANGE, 0 },
		{ "0s", -ERANGE, 0 },
		{ "0d", -ERANGE, 0 },
		{ "18446744073709551616s", -ERANGE, 0 },
		{ "1844674407370955161600000s", -ERANGE, 0 },
		{ "184467440737095516160000000000000s", -ERANGE, 0 },
		{ "18446744073709551616000000000x000s", -EINVAL, 0 },
		{ "000000000000000000000000000000001s", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "d", -EINVAL, 0 },
		{ "90", -EINVAL, 0 },
		{ "1w", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1h30m", -EINVAL, 0 },
		{ "-1s", -EINVAL, 0 },
		{ "+1s", -EINVAL, 0 },
		{ " 1s", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1s ", -EINVAL, 0 },
		{ "1.5h", -EINVAL, 0 },
		{ "01s", -EINVAL, 0 },
		{ "1ms", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t n = UNTOUCHED;

		print_message("# %s\n", cases[i].s);
		assert_int_equal(text_duration(cases[i].s, &n), cases[i].err);
		assert_int_equal(n, cases[i].err ? UNTOUCHED : cases[i].n);
	}
}

static void spans(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *s;
	} cases[] = {
		{ 1, "1s" },
		{ 90, "90s" },
		{ 60, "1m" },
		{ 7200, "2h" },
		{ 86400, "1d" },
		{ 90000, "25h" },
		{ 3650 * 86400ULL, "3650d" },
	};
	char text[24];
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(text_span(text, cases[i].seconds), cases[i].s);
		assert_int_equal(text_duration(text, &n), 0);
		assert_int_equal(n, cases[i].seconds);
	}
}

static const struct {
	const char *bytes;
	size_t n;
	size_t length;
} utf8[] = {
	{ "", 0, 0 },
	{ "\0", 1, 1 },
	{ "a", 1, 1 },
	{ "\x7f", 1, 1 },
	{ "\x80", 1, 0 }, /* continuation alone */
	{ "\xbf", 1, 0 },
	{ "\xc0\x80", 2, 0 }, /* overlong NUL */
	{ "\xc0\xaf", 2, 0 }, /* overlong '/' */
	{ "\xc1\xbf", 2, 0 },
	{ "\xc2\x80", 2, 2 },
	{ "\xc3\xa9", 2, 2 },
	{ "\xc3\xa9", 1, 0 }, /* cut */
	{ "\xc3(", 2, 0 },
	{ "\xdf\xbf", 2, 2 },
	{ "\xe0\x80\xaf", 3, 0 }, /* overlong */
	{ "\xe0\x9f\xbf", 3, 0 },
	{ "\xe0\xa0\x80", 3, 3 },
	{ "\xe2\x82\xac", 3, 3 },
	{ "\xe2\x82\xac", 2, 0 },
	{ "\xe2\x82(", 3, 0 },
	{ "\xe2(\xac", 3, 0 },
	{ "\xed\x9f\xbf", 3, 3 },
	{ "\xed\xa0\x80", 3, 0 }, /* first surrogate */
	{ "\xed\xbf\xbf", 3, 0 }, /* last surrogate */
	{ "\xee\x80\x80", 3, 3 },
	{ "\xef\xbf\xbf", 3, 3 },
	{ "\xf0\x80\x80\xaf", 4, 0 }, /* overlong */
	{ "\xf0\x8f\xbf\xbf", 4, 0 },
	{ "\xf0\x90\x80\x80", 4, 4 },
	{ "\xf0\x9f\x93\xa7", 4, 4 },
	{ "\xf0\x9f\x93\xa7", 3, 0 },
	{ "\xf0\x9f\x93(", 4, 0 },
	{ "\xf4\x8f\xbf\xbf", 4, 4 }, /* U+10FFFF */
	{ "\xf4\x90\x80\x80", 4, 0 },
	{ "\xf5\x80\x80\x80", 4, 0 },
	{ "\xf8\x88\x80\x80\x80", 5, 0 },
	{ "\xfe", 1, 0 },
	{ "\xff", 1, 0 },
};

static void utf8_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(utf8); i++) {
		/* exactly n bytes on the heap, so that reading further is seen */
		char *copy = malloc(utf8[i].n ? utf8[i].n : 1);

		memcpy(copy, utf8[i].bytes, utf8[i].n);
		print_message("# row %zu\n", i);
		assert_int_equal(text_utf8(copy, utf8[i].n), utf8[i].length);
		free(copy);
	}
}

static void inert(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} cases[] = {
		{ "", 0, "" },
		{ "plain ~ text", 12, "plain ~ text" },
		{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa7", 14,
			"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa7" },
		{ "a\0b", 3, "a\\x00b" },
		{ "\033[31m", 5, "\\x1b[31m" },
		{ "\a\b\t\n\v\f\r", 7, "\\x07\\x08\\x09\\x0a\\x0b\\x0c\\x0d" },
		{ "\x7f", 1, "\\x7f" },
		{ "\xc2\x80\xc2\x9b\xc2\x9f", 6, "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f" },
		{ "\xc2\xa0", 2, "\xc2\xa0" },
		{ "\x9b"
		  "31m",
			4, "\\x9b31m" }, /* CSI in Latin-1 */
		{ "\xc0\xaf", 2, "\\xc0\\xaf" },
		{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
		{ "\xe2\x82", 2, "\\xe2\\x82" },
		{ "\xe2\x82x", 3, "\\xe2\\x82x" },
		{ "\xd8\x9c", 2, "\\xd8\\x9c" }, /* U+061C */
		{ "\xe2\x80\x8e", 3, "\\xe2\\x80\\x8e" },
		{ "\xe2\x80\x8f", 3, "\\xe2\\x80\\x8f" },
		{ "\xe2\x80\x90", 3, "\xe2\x80\x90" },
		{ "\xe2\x80\xa7", 3, "\xe2\x80\xa7" },
		{ "\xe2\x80\xa8", 3, "\\xe2\\x80\\xa8" }, /* line separator */
		{ "\xe2\x80\xa9", 3, "\\xe2\\x80\\xa9" },
		{ "\xe2\x80\xaa", 3, "\\xe2\\x80\\xaa" },
		{ "\xe2\x80\xae", 3, "\\xe2\\x80\\xae" }, /* right-to-left override */
		{ "\xe2\x80\xaf", 3, "\xe2\x80\xaf" },
		{ "\xe2\x81\xa5", 3, "\xe2\x81\xa5" },
		{ "\xe2\x81\xa6", 3, "\\xe2\\x81\\xa6" },
		{ "\xe2\x81\xa9", 3, "\\xe2\\x81\\xa9" },
		{ "\xe2\x81\xaa", 3, "\xe2\x81\xaa" },
	};
	char to[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *copy = malloc(cases[i].n ? cases[i].n : 1);

		memcpy(copy, cases[i].in, cases[i].n);
		print_message("# row %zu\n", i);
		assert_ptr_equal(text_inert(to, sizeof(to), copy, cases[i].n), to);
		assert_string_equal(to, cases[i].out);
		free(copy);
	}
}

/* Every single byte, and every two-byte character: no control comes through. */
static void inert_bytes(void **state)
{
	char to[16];

	(void)state;
	for (unsigned b = 0; b < 256; b++) {
		char in = (char)b, expected[8];

		text_inert(to, sizeof(to), &in, 1);
		snprintf(expected, sizeof(expected), b < 0x20 || b >= 0x7f ? "\\x%02x" : "%c", b);
		assert_string_equal(to, expected);
	}
	for (unsigned b = 0x80; b < 0xc0; b++) {
		char in[2] = { (char)0xc2, (char)b };

		text_inert(to, sizeof(to), in, 2);
		assert_int_equal(to[0] == '\\', b < 0xa0);
	}
}

static void inert_cuts(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "abcdef", 7, "abcdef" },
		{ "abcdef", 6, "ab..." },
		{ "abcdef", 5, "a..." },
		{ "abcdef", 4, "..." },
		{ "abcdef", 3, ".." },
		{ "abcdef", 2, "." },
		{ "abcdef", 1, "" },
		{ "", 1, "" },
		{ "a", 2, "a" },
		{ "abc", 4, "abc" },
		{ "abcd", 4, "..." },
		{ "a\xe2\x82\xac"
		  "bcdef",
			10,
			"a\xe2\x82\xac"
			"bcdef" },
		{ "a\xe2\x82\xac"
		  "bcdef",
			9,
			"a\xe2\x82\xac"
			"b..." },
		{ "a\xe2\x82\xac"
		  "bcdef",
			8, "a\xe2\x82\xac..." },
		{ "a\xe2\x82\xac"
		  "bcdef",
			7, "a..." }, /* not inside the euro sign */
		{ "a\xe2\x82\xac"
		  "bcdef",
			6, "a..." },
		{ "a\xe2\x82\xac"
		  "bcdef",
			5, "a..." },
		{ "ab\ncdefg", 9, "ab..." }, /* not inside \x0a */
		{ "ab\ncdefg", 11, "ab\\x0ac..." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *to = malloc(cases[i].size);

		print_message("# row %zu\n", i);
		text_inert(to, cases[i].size, cases[i].in, strlen(cases[i].in));
		assert_string_equal(to, cases[i].out);
		free(to);
	}
	assert_ptr_equal(text_inert(NULL, 0, "x", 1), NULL);
}

static void counts(void **state)
{
	static const struct {
		uint64_t n;
		const char *out;
	} cases[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 12345, "12,345" },
		{ 100000, "100,000" },
		{ 1234567, "1,234,567" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};
	char to[28];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(text_count(to, cases[i].n), cases[i].out);
}

static void times(void **state)
{
	static const struct {
		uint64_t ns;
		const char *zone;
		const char *utc, *local;
	} cases[] = {
		{ 0, "UTC0", "1970-01-01T00:00:00.000Z", "1970-01-01 00:00:00 +00:00" },
		{ 1795442531123456789ULL, "XXX-1", "2026-11-23T14:02:11.123Z",
			"2026-11-23 15:02:11 +01:00" },
		{ 1795442531999999999ULL, "XXX+3:30", "2026-11-23T14:02:11.999Z",
			"2026-11-23 10:32:11 -03:30" },
		{ 1795442531000999999ULL, "XXX-5:45", "2026-11-23T14:02:11.000Z",
			"2026-11-23 19:47:11 +05:45" },
		{ UINT64_MAX, "UTC0", "2554-07-21T23:34:33.709Z", "2554-07-21 23:34:33 +00:00" },
	};
	char to[32];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		setenv("TZ", cases[i].zone, 1);
		tzset();
		assert_string_equal(text_utc(to, cases[i].ns), cases[i].utc);
		assert_string_equal(text_local(to, cases[i].ns), cases[i].local);
	}
	unsetenv("TZ");
	tzset();
}

static void clocks_agree(void **state)
{
	struct timespec boot;
	uint64_t wall = text_wall_now(), sum;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	sum = (uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec + text_boot_offset();
	assert_in_range(wall / 1000000000, (uint64_t)time(NULL) - 2, (uint64_t)time(NULL) + 2);
	assert_in_range(sum, wall - 1000000000, wall + 1000000000);
}

static void nearest(void **state)
{
	static const char *const names[] = { "aws", "azure", "digitalocean", "gcp", "generic-cloud",
		"hetzner-cloud", "run", "status", "strict", "up" };
	static const struct {
		const char *s;
		const char *name;
	} cases[] = {
		{ "run", "run" },
		{ "rnu", "run" }, /* neighbours swapped */
		{ "RUN", "run" },
		{ "runn", "run" },
		{ "ru", "run" },
		{ "gpc", "gcp" },
		{ "ap", "up" },
		{ "x", NULL },
		{ "", NULL },
		{ "digitalocen", "digitalocean" },
		{ "digital-ocean", "digitalocean" },
		{ "digital", "digitalocean" }, /* begins so */
		{ "hetzner", "hetzner-cloud" },
		{ "Hetzner", "hetzner-cloud" },
		{ "statsu", "status" },
		{ "stat", "status" },
		{ "st", NULL },
		{ "asure", "azure" },
		{ "zzzzz", NULL },
		{ "completely-else", NULL },
		{ "\xff\xfe\033[2J", NULL },
	};
	char too_long[200];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *found = text_nearest(cases[i].s, names, COUNT(names));

		print_message("# %s\n", cases[i].name ? cases[i].s : "(none)");
		if (cases[i].name)
			assert_string_equal(found ? found : "(none)", cases[i].name);
		else
			assert_null(found);
	}
	memset(too_long, 'a', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = 0;
	assert_null(text_nearest(too_long, names, COUNT(names)));
	assert_null(text_nearest("run", (const char *const[]){ too_long }, 1));
	assert_null(text_nearest("run", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(durations),
		cmocka_unit_test(spans),
		cmocka_unit_test(utf8_lengths),
		cmocka_unit_test(inert),
		cmocka_unit_test(inert_bytes),
		cmocka_unit_test(inert_cuts),
		cmocka_unit_test(counts),
		cmocka_unit_test(times),
		cmocka_unit_test(clocks_agree),
		cmocka_unit_test(nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
