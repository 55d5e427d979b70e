/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* JSON writer: one valid line whatever the names hold. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A value being written to `out`; depth at most 32. Not owned: out. */
struct json {
	FILE *out;
	unsigned depth;
	unsigned char first[33]; /* per depth: nothing written at this level yet */
};

void json_init(struct json *j, FILE *out);

/* `key` is NULL inside an array and at the top. Keys are ours: plain ASCII, not escaped. */
void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket); /* '}' or ']'; at depth 0 ends the line */
void json_number(struct json *j, const char *key, uint64_t n);
void json_bool(struct json *j, const char *key, bool value);

/*
 * A string of n bytes: invalid UTF-8 and NUL become U+FFFD, controls are escaped. When bytes were
 * replaced and key is not NULL, KEY_hex beside it holds the raw bytes in hex.
 */
void json_bytes(struct json *j, const char *key, const char *s, size_t n);
void json_text(struct json *j, const char *key, const char *s); /* NULL: nothing is written */
