/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strict reading of numbers and times, and text made safe to show. */
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define SECOND_NS 1000000000ULL
#define DAY_S 86400ULL
#define NEAREST_MAX 64 /* longer words are not compared: nobody mistypes them */

int text_number(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	bool over = false;

	if (!*s || (s[0] == '0' && s[1]))
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		over = over || __builtin_mul_overflow(n, 10, &n) ||
		       __builtin_add_overflow(n, (uint64_t)(*s - '0'), &n);
	}
	if (over || n > max)
		return -ERANGE;
	*out = n;
	return 0;
}

int text_duration(const char *s, uint64_t *seconds)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S } };
	const uint64_t longest = 3650 * DAY_S;
	size_t length = strlen(s);
	char digits[24];
	uint64_t n = 0;
	int err;

	for (size_t i = 0; length && i < sizeof(units) / sizeof(units[0]); i++) {
		if (s[length - 1] != units[i].letter)
			continue;
		if (length > sizeof(digits))
			return strspn(s, "0123456789") == length - 1 && *s != '0' ? -ERANGE
										  : -EINVAL;
		memcpy(digits, s, length - 1);
		digits[length - 1] = 0;
		err = text_number(digits, longest / units[i].seconds, &n);
		if (!err && !n)
			err = -ERANGE;
		if (!err)
			*seconds = n * units[i].seconds;
		return err;
	}
	return -EINVAL;
}

char *text_span(char to[24], uint64_t seconds)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 'd', DAY_S }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	size_t i = 0;

	while (seconds % units[i].seconds)
		i++;
	snprintf(to, 24, "%llu%c", (unsigned long long)(seconds / units[i].seconds),
		units[i].letter);
	return to;
}

size_t text_utf8(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	/* The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF. */
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (!n)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xc2 || u[0] > 0xf4)
		return 0;
	length = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (n < length)
		return 0;
	if (u[0] == 0xe0)
		low = 0xa0;
	else if (u[0] == 0xed)
		high = 0x9f;
	else if (u[0] == 0xf0)
		low = 0x90;
	else if (u[0] == 0xf4)
		high = 0x8f;
	if (u[1] < low || u[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool text_control(const char *s, size_t length)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned code;

	if (length == 1)
		return u[0] < 0x20 || u[0] == 0x7f;
	if (length == 2) {
		code = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
		return code < 0xa0 || code == 0x61c; /* C1, Arabic letter mark */
	}
	if (length != 3)
		return false;
	code = (u[0] & 0xfu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	return code == 0x200e || code == 0x200f || /* left-to-right mark, right-to-left mark */
	       (code >= 0x2028 && code <= 0x202e) || /* separators, embeddings, overrides */
	       (code >= 0x2066 && code <= 0x2069); /* isolates */
}

/* One unit of `s` as it is shown, at most 12 bytes; returns how many of `s` it took. */
static size_t inert_unit(const char *s, size_t n, char shown[16], size_t *shown_n)
{
	static const char hex[] = "0123456789abcdef";
	size_t took = text_utf8(s, n);

	if (took && !text_control(s, took)) {
		memcpy(shown, s, took);
		*shown_n = took;
		return took;
	}
	took = took ? took : 1;
	*shown_n = took * 4;
	for (size_t i = 0; i < took; i++) {
		unsigned char byte = (unsigned char)s[i];

		memcpy(shown + i * 4, (char[]){ '\\', 'x', hex[byte >> 4], hex[byte & 15] }, 4);
	}
	return took;
}

char *text_inert(char *to, size_t size, const char *s, size_t n)
{
	size_t length = 0;
	size_t fit = 0; /* the longest whole part that leaves room for "..." */
	char shown[16];
	size_t shown_n;

	if (!size)
		return to;
	while (n) {
		size_t took = inert_unit(s, n, shown, &shown_n);

		if (length + shown_n >= size) {
			length = size > 3 ? 3 : size - 1;
			memcpy(to + fit, "...", length);
			length += fit;
			break;
		}
		memcpy(to + length, shown, shown_n);
		length += shown_n;
		if (length + 3 < size)
			fit = length;
		s += took;
		n -= took;
	}
	to[length] = 0;
	return to;
}

char *text_count(char to[28], uint64_t n)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	char *end = to;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = 0;
	return to;
}

char *text_utc(char to[32], uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / SECOND_NS);
	unsigned ms = (unsigned)(wall_ns % SECOND_NS / 1000000);
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm); /* cannot fail: 64-bit ns end in the year 2554 */
	n = strftime(to, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(to + n, 32 - n, ".%03uZ", ms);
	return to;
}

char *text_local(char to[32], uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / SECOND_NS);
	struct tm tm;
	long minutes;
	size_t n;

	localtime_r(&seconds, &tm);
	n = strftime(to, 32, "%Y-%m-%d %H:%M:%S", &tm);
	minutes = (tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff) / 60;
	snprintf(to + n, 32 - n, " %c%02u:%02u", tm.tm_gmtoff < 0 ? '-' : '+',
		(unsigned)(minutes / 60 % 100), (unsigned)(minutes % 60));
	return to;
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

uint64_t text_wall_now(void)
{
	return clock_ns(CLOCK_REALTIME);
}

uint64_t text_boot_offset(void)
{
	uint64_t before = clock_ns(CLOCK_BOOTTIME);
	uint64_t wall = clock_ns(CLOCK_REALTIME);
	uint64_t after = clock_ns(CLOCK_BOOTTIME);

	return wall - before - (after - before) / 2;
}

/* Insertions, deletions, replacements and swaps of neighbours; case does not count. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[3][NEAREST_MAX + 1];
	size_t a_n = strlen(a), b_n = strlen(b);
	unsigned *before = row[0], *last = row[1], *now = row[2];

	for (unsigned j = 0; j <= b_n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_n; i++) {
		unsigned *free_row = before;

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_n; j++) {
			int x = tolower((unsigned char)a[i - 1]),
			    y = tolower((unsigned char)b[j - 1]);
			unsigned best = last[j - 1] + (x != y);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
				y == tolower((unsigned char)a[i - 2]) && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[b_n];
}

const char *text_nearest(const char *s, const char *const *names, size_t n)
{
	size_t length = strlen(s);
	/* One slip in a short word, three in a long one; never the whole word. */
	unsigned best = length < 2 ? 0 : length < 5 ? 1 : length < 9 ? 2 : 3;
	const char *nearest = NULL;

	if (length > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		unsigned d;

		if (strlen(names[i]) > NEAREST_MAX)
			continue;
		d = distance(s, names[i]);
		if (d < best || (d == best && !nearest)) {
			best = d;
			nearest = names[i];
		}
	}
	for (size_t i = 0; !nearest && length >= 3 && i < n; i++)
		if (!strncasecmp(s, names[i], length))
			nearest = names[i];
	return nearest;
}
