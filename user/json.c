/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* JSON writer: one valid line whatever the names hold. */
#include "json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "text.h"

#define DEPTH_MAX (sizeof(((struct json *)0)->first) - 1)

void json_init(struct json *j, FILE *out)
{
	*j = (struct json){ .out = out, .first = { 1 } };
}

/* What comes before any value: the comma and the key. */
static void begin(struct json *j, const char *key, const char *suffix)
{
	if (j->depth && !j->first[j->depth])
		fputc(',', j->out);
	j->first[j->depth] = 0;
	if (key)
		fprintf(j->out, "\"%s%s\":", key, suffix);
}

void json_open(struct json *j, const char *key, char bracket)
{
	assert(j->depth < DEPTH_MAX);
	begin(j, key, "");
	fputc(bracket, j->out);
	j->first[++j->depth] = 1;
}

void json_close(struct json *j, char bracket)
{
	assert(j->depth > 0);
	fputc(bracket, j->out);
	if (!--j->depth)
		fputc('\n', j->out);
}

void json_number(struct json *j, const char *key, uint64_t n)
{
	begin(j, key, "");
	fprintf(j->out, "%" PRIu64, n);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key, "");
	fputs(value ? "true" : "false", j->out);
}

/* A control of up to three bytes as \uNNNN, which keeps lines whole and terminals inert. */
static void escape(FILE *out, const char *s, size_t length)
{
	static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f };
	unsigned code = (unsigned char)s[0] & lead[length];

	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	if (code == '\n')
		fputs("\\n", out);
	else if (code == '\t')
		fputs("\\t", out);
	else
		fprintf(out, "\\u%04x", code);
}

/* Returns whether a byte had to be replaced. */
static bool put_string(FILE *out, const char *s, size_t n)
{
	bool replaced = false;

	fputc('"', out);
	while (n) {
		size_t took = text_utf8(s, n);

		if (!took || !*s) {
			fputs("\xef\xbf\xbd", out); /* U+FFFD */
			replaced = true;
			took = 1;
		} else if (text_control(s, took)) {
			escape(out, s, took);
		} else {
			if (*s == '"' || *s == '\\')
				fputc('\\', out);
			fwrite(s, 1, took, out);
		}
		s += took;
		n -= took;
	}
	fputc('"', out);
	return replaced;
}

void json_bytes(struct json *j, const char *key, const char *s, size_t n)
{
	begin(j, key, "");
	if (!put_string(j->out, s, n) || !key)
		return;
	begin(j, key, "_hex");
	fputc('"', j->out);
	for (size_t i = 0; i < n; i++)
		fprintf(j->out, "%02x", (unsigned char)s[i]);
	fputc('"', j->out);
}

void json_text(struct json *j, const char *key, const char *s)
{
	if (s)
		json_bytes(j, key, s, strlen(s));
}
