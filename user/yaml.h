/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strict reading of small YAML files: every complaint names file:line:column and what is accepted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * A loaded document. Limits: 10 MB, depth 16, no aliases, no tags, one document, no duplicate keys;
 * regular files (and pipes up to the limit) only.
 */
struct yaml;

/* A node of it, owned by the document. */
struct yaml_node;

/* Reads `path` ("-" is stdin). 0 or -errno; says what is wrong. Free with yaml_free(NULL is fine). */
int yaml_open(const char *path, struct yaml **out);

/* The same from memory; `name` is what complaints call it. */
int yaml_from_text(const char *name, const char *text, size_t n, struct yaml **out);
void yaml_free(struct yaml *y);

struct yaml_node *yaml_root(struct yaml *y);
bool yaml_is_map(const struct yaml_node *n);
bool yaml_is_list(const struct yaml_node *n);

/* Text of a scalar, NULL when it is none. Holds no NUL. */
const char *yaml_scalar(const struct yaml_node *n);

/* Entries of a map or list, in file order. `key` is set for maps (NULL wanted: skip). NULL at the end. */
struct yaml_node *yaml_at(const struct yaml_node *n, size_t i, struct yaml_node **key);
size_t yaml_length(const struct yaml_node *n);

/* "name:line:column: " + text to stderr; returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int yaml_refuse(
	const struct yaml_node *n, const char *fmt, ...);

/* The same as a warning: text after "warning: ". */
__attribute__((format(printf, 2, 3))) void yaml_warn(
	const struct yaml_node *n, const char *fmt, ...);
