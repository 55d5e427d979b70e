/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text as YAML: scalars, and small maps of them on one line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes `s`, valid UTF-8, as a scalar that reads back as the same bytes: bare where every YAML reader
 * takes it for that text, else in double quotes. On a terminal it is inert. Errors stay in `to`.
 */
void quote_yaml(FILE *to, const char *s);

/* A map of lists, { a: x, b: [x, y] }: a list of one value stands bare. Begin with `to` set, the rest zero. */
struct quote_map {
	FILE *to;
	bool begun;
	size_t n, done; /* values of the current key, and how many are written */
};

/* A key that `n` values follow; false when n is 0: then nothing is written. `name` is quoted as need be. */
bool quote_key(struct quote_map *m, const char *name, size_t n);
void quote_value(struct quote_map *m, const char *s); /* NULL: the caller wrote it */
void quote_texts(struct quote_map *m, const char *name, char *const *s, size_t n); /* both */
void quote_close(struct quote_map *m);
