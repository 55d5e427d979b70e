/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Labelled paragraphs for people, within 80 columns. */
#include "wrap.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

#define COLUMNS 80
#define TEXT_AT 12 /* column of the text: two blanks, then the label */

struct line {
	FILE *to;
	size_t column;
};

/* Columns of one character of valid UTF-8, in the locale of the caller. */
static size_t width_of(const char *s, size_t n)
{
	mbstate_t state = { 0 };
	wchar_t c;
	int width = -1;

	if (mbrtowc(&c, s, n, &state) == n)
		width = wcwidth(c);
	return width < 0 ? 1 : (size_t)width;
}

static size_t step_of(const char *s, size_t n)
{
	size_t took = text_utf8(s, n);

	return took ? took : 1;
}

static size_t columns_of(const char *s, size_t n)
{
	size_t columns = 0;

	for (size_t at = 0, took; at < n; at += took) {
		took = step_of(s + at, n - at);
		columns += width_of(s + at, took);
	}
	return columns;
}

static void turn(struct line *l)
{
	fprintf(l->to, "\n%*s", TEXT_AT, "");
	l->column = TEXT_AT;
}

/* A word; one that fits on no line is broken between characters. */
static void put_word(struct line *l, const char *s, size_t n)
{
	for (size_t at = 0, took; at < n; at += took) {
		size_t width;

		took = step_of(s + at, n - at);
		width = width_of(s + at, took);
		if (l->column + width > COLUMNS)
			turn(l);
		fwrite(s + at, 1, took, l->to);
		l->column += width;
	}
}

/* Blanks between two words stay as they are, but vanish where the line turns. */
static void put_line(struct line *l, const char *s)
{
	while (*s) {
		size_t blanks = strspn(s, " "), word = strcspn(s + blanks, " ");

		if (!word)
			return;
		if (l->column > TEXT_AT &&
			l->column + blanks + columns_of(s + blanks, word) > COLUMNS) {
			turn(l);
		} else {
			fprintf(l->to, "%*s", (int)blanks, "");
			l->column += blanks;
		}
		put_word(l, s + blanks, word);
		s += blanks + word;
	}
}

static void put_text(struct line *l, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n"), room = 4 * n + 4;
		char *inert = malloc(room);

		put_line(l, inert ? text_inert(inert, room, text, n) : "...");
		free(inert);
		text += n;
		if (*text == '\n' && *++text)
			turn(l);
	}
}

void wrap_labelled(FILE *to, const char *label, const char *text)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	struct line l = { .to = to };

	fprintf(to, "  %-*s", TEXT_AT - 2, label);
	l.column = strlen(label) < TEXT_AT - 2 ? TEXT_AT : 2 + strlen(label);
	if (strlen(label) >= TEXT_AT - 2) {
		fputs("  ", to);
		l.column += 2;
	}
	put_text(&l, text);
	fputc('\n', to);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
}
