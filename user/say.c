/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages for people: one line each, inert, in one write. */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define ENOTSUPP 524 /* the kernel's own, which BPF lets out; strerror() has no words for it */

static struct {
	FILE *to;
	bool moved; /* say_to() was called: `to` holds, also when NULL */
	int level;
} output;

void say_to(FILE *to)
{
	output.to = to;
	output.moved = true;
}

FILE *say_file(void)
{
	return output.moved ? output.to : stderr;
}

void say_level(int level)
{
	output.level = level;
}

int say_level_now(void)
{
	return output.level;
}

/* Without memory for the whole text, what fits on the stack is said. */
static void put(const char *prefix, const char *suffix, const char *fmt, va_list args)
{
	FILE *to = say_file();
	char small[512];
	char *raw = NULL;
	char *safe = NULL;
	size_t size = sizeof(small);

	if (!to)
		return;
	if (vasprintf(&raw, fmt, args) < 0)
		raw = NULL;
	if (raw) {
		size = strlen(raw) * 4 + 1; /* every byte as \xNN */
		safe = malloc(size);
		if (!safe)
			size = sizeof(small);
	}
	text_inert(safe ? safe : small, size, raw ? raw : fmt, strlen(raw ? raw : fmt));
	(void)fprintf(to, "%s%s%s%s\n", prefix, safe ? safe : small, suffix ? ": " : "",
		suffix ? suffix : ""); /* nowhere left to complain */
	(void)fflush(to);
	free(safe);
	free(raw);
}

void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put("smtpfence: ", NULL, fmt, args);
	va_end(args);
}

void note(const char *fmt, ...)
{
	va_list args;

	if (output.level < 1)
		return;
	va_start(args, fmt);
	put("smtpfence: ", NULL, fmt, args);
	va_end(args);
}

void hint(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put("hint: ", NULL, fmt, args);
	va_end(args);
}

int fail(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put("smtpfence: ", strerror(err == -ENOTSUPP ? EOPNOTSUPP : -err), fmt, args);
	va_end(args);
	return err;
}

int refuse(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put("smtpfence: ", NULL, fmt, args);
	va_end(args);
	return err;
}
