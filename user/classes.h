/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values that terms name one by one (users, executables), with their sets of terms. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "selectors.h"

struct terms;
struct vectors;

struct classes_pair {
	uint64_t key[2];
	size_t term;
};

struct classes_entry {
	uint64_t key[2];
	uint32_t vector; /* terms that name it, and `other` */
};

struct classes {
	struct classes_entry *entry; /* unique by key, sorted */
	size_t n;
};

struct classes_input {
	struct classes_pair *pair; /* gets sorted */
	size_t n;
	int other; /* enum vector: the terms that select no such value */
};

/* 0 or -ENOMEM. Free out->entry. */
int classes_find(const struct classes_input *in, struct vectors *v, struct classes *out);

/*
 * The users (SELECTOR_USER) or groups (SELECTOR_GROUP) of each term: those that all of its parts name
 * which name some. 0 or -ENOMEM. Free *out.
 */
int classes_numbers(
	const struct terms *t, enum selector which, struct classes_pair **out, size_t *n);
