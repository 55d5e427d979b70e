/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small CSV files, strictly as RFC 4180 has them: every complaint names file:line:column. */
#pragma once

#include <stddef.h>

#define CSV_COLUMNS 16 /* at most */

/* A field without its quotes, valid while its row is visited. Holds no NUL, is valid UTF-8. */
struct csv_field {
	const char *text;
	const char *file;
	unsigned line, column; /* of its first character, from 1; a quote is not counted in */
};

struct csv_ask {
	const char *const
		*column; /* names, NULL at the end; the first row has all of them, in any order */
	/* One row, fields as in `column`. Stops at non-zero. */
	int (*row)(const struct csv_field *field, void *arg);
	void *arg;
};

/*
 * Reads `path` as file_read() does, 10 MB at most. Lines end with LF or CRLF, empty ones are passed over, and so is
 * a byte order mark. 0, what `row` returned, or -errno, said.
 */
int csv_read(const char *path, const struct csv_ask *ask);

/* "file:line:column: " + text, `at` characters into the field; returns -EINVAL. */
__attribute__((format(printf, 3, 4))) int csv_refuse(
	const struct csv_field *f, size_t at, const char *fmt, ...);
