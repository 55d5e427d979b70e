/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a piece of code said, for tests. */
#pragma once

#include "say.h" /* first: cmocka makes a macro of its fail() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *said_text;
static size_t said_bytes;
static FILE *said_to;

static void said_begin(void)
{
	said_to = open_memstream(&said_text, &said_bytes);
	assert_non_null(said_to);
	say_to(said_to);
}

/* Asserts that all of it was `what`, or with `what` ending in "..." that it began so; NULL: nothing. */
static void said_end(const char *what)
{
	size_t n = what ? strlen(what) : 0;

	say_to(stderr);
	fclose(said_to);
	if (n > 3 && !strcmp(what + n - 3, "...")) {
		if (strncmp(said_text, what, n - 3))
			fail_msg("said \"%s\", not \"%s\"", said_text, what);
	} else if (strcmp(said_text, what ? what : "")) {
		fail_msg("said \"%s\", not \"%s\"", said_text, what ? what : "");
	}
	free(said_text);
	said_text = NULL;
}
