/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small CSV files, strictly as RFC 4180 has them. */
#include "csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "say.h"
#include "text.h"

#define BYTES_MAX 10000000
#define MARK "\xef\xbb\xbf" /* byte order mark, which spreadsheets put in front */

/* Fields are unquoted where they stand: what is read is always ahead of what is written. */
struct reader {
	char *at; /* ends with a zero, and holds no other */
	const char *file;
	unsigned line, column;
};

struct row {
	struct csv_field field[CSV_COLUMNS];
	size_t n;
	unsigned line;
};

int csv_refuse(const struct csv_field *f, size_t at, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	say("%s:%u:%zu: %s", f->file, f->line, f->column + at, text ? text : fmt);
	free(text);
	return -EINVAL;
}

static struct csv_field here(const struct reader *r)
{
	return (struct csv_field){ r->at, r->file, r->line, r->column };
}

/* Columns count characters, not the bytes that go on with one. */
static char step(struct reader *r)
{
	char c = *r->at++;

	if (c == '\n') {
		r->line++;
		r->column = 1;
	} else if ((c & 0xc0) != 0x80) {
		r->column++;
	}
	return c;
}

/* The end of a line, which it steps over, or of the text. */
static bool line_end(struct reader *r)
{
	if (r->at[0] == '\r' && r->at[1] == '\n')
		step(r);
	if (r->at[0] == '\n')
		step(r);
	else if (r->at[0])
		return false;
	return true;
}

/* Up to its closing quote, which it steps over; *end is where the text ends. */
static int read_quoted(struct reader *r, struct csv_field *f, char **end)
{
	struct csv_field open = here(r);
	char *to;

	step(r);
	*f = here(r);
	for (to = r->at; *r->at; *to++ = step(r)) {
		if (*r->at != '"')
			continue;
		if (r->at[1] != '"') {
			step(r);
			*end = to;
			return 0;
		}
		step(r);
	}
	return csv_refuse(&open, 0, "this quote is never closed");
}

static int read_plain(struct reader *r, struct csv_field *f, char **end)
{
	struct csv_field at;

	*f = here(r);
	while (*r->at && *r->at != ',' && *r->at != '\n') {
		at = here(r);
		if (r->at[0] == '\r' && r->at[1] == '\n')
			break;
		if (*r->at == '\r')
			return csv_refuse(&at, 0, "a carriage return without a line feed");
		if (*r->at == '"')
			return csv_refuse(&at, 0,
				"a field with quotes in it must be quoted as a whole, its own quotes doubled");
		step(r);
	}
	*end = r->at;
	return 0;
}

/* *last: it was the last of its line. */
static int read_field(struct reader *r, struct csv_field *f, bool *last)
{
	char *end = NULL;
	int err = *r->at == '"' ? read_quoted(r, f, &end) : read_plain(r, f, &end);
	struct csv_field at = here(r);

	if (err)
		return err;
	if (*r->at == ',') {
		step(r);
		*last = false;
	} else if (line_end(r)) {
		*last = true;
	} else {
		return csv_refuse(
			&at, 0, "after a quoted field comes a comma or the end of the line");
	}
	*end = '\0';
	return 0;
}

static int read_row(struct reader *r, struct row *row)
{
	struct csv_field at = here(r);
	bool last = false;
	int err = 0;

	row->line = r->line;
	for (row->n = 0; !err && !last; row->n++) {
		if (row->n == CSV_COLUMNS)
			return csv_refuse(&at, 0, "more than %d fields", CSV_COLUMNS);
		err = read_field(r, row->field + row->n, &last);
	}
	return err;
}

static int place(const struct csv_field *name, const char *const *column)
{
	for (int i = 0; column[i]; i++)
		if (!strcmp(column[i], name->text))
			return i;
	return -1;
}

/* to[i]: which column of the caller's the file's i-th is. */
static int read_head(const struct row *row, const char *const *column, int *to)
{
	unsigned seen = 0;

	for (size_t i = 0; i < row->n; i++) {
		const struct csv_field *f = row->field + i;

		to[i] = place(f, column);
		if (to[i] < 0)
			return csv_refuse(f, 0, "'%s' is not a column", f->text);
		if (seen >> to[i] & 1)
			return csv_refuse(f, 0, "column '%s' is here twice", f->text);
		seen |= 1U << to[i];
	}
	for (int i = 0; column[i]; i++)
		if (!(seen >> i & 1))
			return csv_refuse(
				row->field, 0, "the first row names no column '%s'", column[i]);
	return 0;
}

static int visit(const struct row *row, const int *to, size_t n, const struct csv_ask *ask)
{
	struct csv_field sorted[CSV_COLUMNS];

	if (row->n != n)
		return csv_refuse(row->field, 0, "%zu field%s, where the first row has %zu", row->n,
			row->n == 1 ? "" : "s", n);
	for (size_t i = 0; i < n; i++)
		sorted[to[i]] = row->field[i];
	return ask->row(sorted, ask->arg);
}

static int check(const char *file, char *text, size_t n)
{
	struct reader r = { text, file, 1, 1 };
	struct csv_field at;
	size_t length;

	for (size_t left = n; left; left -= length) {
		at = here(&r);
		length = text_utf8(r.at, left);
		if (!length)
			return csv_refuse(&at, 0, "not UTF-8");
		if (!*r.at)
			return csv_refuse(&at, 0, "a NUL character is not accepted");
		for (size_t i = 0; i < length; i++)
			step(&r);
	}
	return 0;
}

static int read_text(struct reader *r, const struct csv_ask *ask)
{
	int to[CSV_COLUMNS], err;
	struct row row;
	size_t n;

	if (!strncmp(r->at, MARK, strlen(MARK)))
		r->at += strlen(MARK);
	err = read_row(r, &row);
	if (!err)
		err = read_head(&row, ask->column, to);
	n = row.n;
	while (!err && *r->at) {
		if (line_end(r))
			continue;
		err = read_row(r, &row);
		if (!err)
			err = visit(&row, to, n, ask);
	}
	return err;
}

int csv_read(const char *path, const struct csv_ask *ask)
{
	struct reader r = { .file = path, .line = 1, .column = 1 };
	char *text = NULL;
	size_t n;
	int err = file_read(path, BYTES_MAX, &text, &n);

	if (err)
		return err;
	r.at = text;
	err = check(path, text, n);
	if (!err)
		err = read_text(&r, ask);
	free(text);
	return err;
}
