/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text as YAML: scalars, and small maps of them on one line. */
#include "quote.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

/* What YAML 1.1 or 1.2 readers take for something else than text. */
static const char *const special[] = { "null", "true", "false", "yes", "no", "on", "off", "y",
	"n" };

static bool ascii_word(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || strchr("._/-@+", c));
}

/* Numbers and addresses may stand bare: readers of a policy take them as text. */
static bool bare(const char *s)
{
	size_t n = strlen(s);

	if (!n || !(isalnum((unsigned char)s[0]) || s[0] == '/') || s[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ascii_word(s[i]) && s[i] != ' ')
			return false;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (!strcasecmp(s, special[i]))
			return false;
	return true;
}

static uint32_t code_point(const unsigned char *s, size_t n)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = s[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

/*
 * Controls, what only steers the layout (bidirectional marks, joiners, separators), what YAML does not
 * let stand as it is, private use, and planes without letters.
 */
static bool hidden(uint32_t c)
{
	static const uint32_t range[][2] = {
		{ 0x00, 0x1f },
		{ 0x7f, 0xa0 },
		{ 0xad, 0xad },
		{ 0x61c, 0x61c },
		{ 0x180e, 0x180e },
		{ 0x2000, 0x200f },
		{ 0x2028, 0x202f },
		{ 0x205f, 0x206f },
		{ 0x3000, 0x3000 },
		{ 0xd800, 0xf8ff },
		{ 0xfeff, 0xfeff },
		{ 0xfff0, 0xffff },
		{ 0xe0000, 0x10ffff },
	};

	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (c >= range[i][0] && c <= range[i][1])
			return true;
	return false;
}

static void put(FILE *to, const char *s, size_t n)
{
	uint32_t c = code_point((const unsigned char *)s, n);

	if (c == '\n')
		fputs("\\n", to);
	else if (c == '"' || c == '\\')
		fprintf(to, "\\%c", (int)c);
	else if (!hidden(c))
		fwrite(s, 1, n, to);
	else if (c < 0x100)
		fprintf(to, "\\x%02x", c);
	else if (c < 0x10000)
		fprintf(to, "\\u%04x", c);
	else
		fprintf(to, "\\U%08x", c);
}

void quote_yaml(FILE *to, const char *s)
{
	size_t left = strlen(s), n;

	if (bare(s)) {
		fputs(s, to);
		return;
	}
	fputc('"', to);
	for (; left; s += n, left -= n) {
		n = text_utf8(s, left);
		n = n ? n : 1; /* not UTF-8: no promise, but no endless loop */
		put(to, s, n);
	}
	fputc('"', to);
}

bool quote_key(struct quote_map *m, const char *name, size_t n)
{
	if (!n)
		return false;
	fputs(m->begun ? ", " : "{ ", m->to);
	quote_yaml(m->to, name);
	fputs(n > 1 ? ": [" : ": ", m->to);
	m->begun = true;
	m->n = n;
	m->done = 0;
	return true;
}

void quote_value(struct quote_map *m, const char *s)
{
	if (s)
		quote_yaml(m->to, s);
	m->done++;
	if (m->n > 1)
		fputs(m->done < m->n ? ", " : "]", m->to);
}

void quote_texts(struct quote_map *m, const char *name, char *const *s, size_t n)
{
	if (quote_key(m, name, n))
		for (size_t i = 0; i < n; i++)
			quote_value(m, s[i]);
}

void quote_close(struct quote_map *m)
{
	fputs(m->begun ? " }" : "{}", m->to);
}
