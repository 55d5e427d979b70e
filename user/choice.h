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

#define CHOICE_TEXT 800 /* longest complaint with our own words; a long `word` is cut */

/* "'blok' is not an action (allow, block, drop); did you mean 'block'?" Returns `to`. */
char *choice_complaint(char to[CHOICE_TEXT], const struct choice *c, const char *word);

/* The same complaint about `word`, which is only part of the scalar. Always -EINVAL. */
int choice_refuse(const struct yaml_node *n, const struct choice *c, const char *word);
