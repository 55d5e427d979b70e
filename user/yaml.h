/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strict reading of small YAML files: every complaint names file:line:column and what is accepted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * A loaded document. Limits: 10 MB, 500,000 values, depth 16, no aliases, no tags, one document, no
 * duplicate keys. Values are text: what `yes`, `~` or `25` mean is the reader's affair.
 */
struct yaml;

/* A node of it, owned by the document. */
struct yaml_node;

/*
 * Reads `path` as file_read() does. 0 or -errno; says what is wrong. yaml_close() takes NULL; it is
 * not called yaml_free(), because libyaml exports a function of that name for its own use.
 */
int yaml_open(const char *path, struct yaml **out);

/* The same from memory; `name` is what complaints call it. */
int yaml_from_text(const char *name, const char *text, size_t n, struct yaml **out);
void yaml_close(struct yaml *y);

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

/* "name:line:column: warning: " + text to stderr. */
__attribute__((format(printf, 2, 3))) void yaml_warn(
	const struct yaml_node *n, const char *fmt, ...);

/* Line of a node, from 1. */
unsigned yaml_line(const struct yaml_node *n);
