/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays that grow at their end. */
#pragma once

#include <stddef.h>

/*
 * Room for `more` elements of `size` bytes behind the `n` that `*array` (a pointer to some array; NULL
 * at first) has. Its size follows from n alone, doubling, so an array must always be sized this way; n may shrink.
 * 0 or -ENOMEM, unsaid.
 */
int list_grow(void *array, size_t n, size_t more, size_t size);

/* A copy of `s` at the end of an array of strings. 0 or -ENOMEM, unsaid. */
int list_add_text(char ***array, size_t *n, const char *s);

/* Frees the strings and the array; NULL with 0 passes. */
void list_free_text(char **array, size_t n);

/* Sorts `*n` elements and drops those that `order` finds equal to the one before. */
void list_unique(void *array, size_t *n, size_t size, int (*order)(const void *a, const void *b));

/* The same for strings, by strcmp(); frees what it drops. */
void list_unique_text(char **array, size_t *n);
