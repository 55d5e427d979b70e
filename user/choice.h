/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One word out of a few, in a YAML file: what else stands there is refused with what is accepted. */
#pragma once

#include <stddef.h>

struct yaml_node;

/* Both lists end with NULL; `later` may be missing. */
struct choice {
	const char *what; /* "a key of a rule": what an unknown word is said not to be */
	const char *const *accepted;
	const char *const *later; /* known to the design but not to this version: refused as such */
};

/* Index of the accepted word that a scalar is. 0, or -EINVAL with a complaint that lists them. */
int choice_of(const struct yaml_node *n, const struct choice *c, size_t *index);

/* The same complaint about `word`, which is only part of the scalar. Always -EINVAL. */
int choice_refuse(const struct yaml_node *n, const struct choice *c, const char *word);
