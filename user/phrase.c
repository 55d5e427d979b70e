/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sentences put together piece by piece in a buffer. */
#include "phrase.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

void phrase_add(char *to, size_t size, const char *fmt, ...)
{
	size_t at = strlen(to);
	va_list args;

	va_start(args, fmt);
	vsnprintf(to + at, size - at, fmt, args);
	va_end(args);
}

void phrase_add_inert(char *to, size_t size, const char *s, size_t n)
{
	size_t at = strlen(to);

	if (at + 1 < size)
		text_inert(to + at, size - at, s, n);
}

void phrase_add_count(char *to, size_t size, uint64_t n, const char *noun)
{
	size_t end = strlen(noun);
	char count[28];

	phrase_add(to, size, "%s %s%s", text_count(count, n), noun,
		n == 1                        ? ""
		: end && noun[end - 1] == 's' ? "es"
					      : "s");
}
