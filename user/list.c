/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays that grow at their end. */
#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST 8

int list_grow(void *array, size_t n, size_t more, size_t size)
{
	size_t have = FIRST, want = n + more;
	void *old, *new;

	memcpy(&old, array, sizeof(old));
	while (have < n)
		have *= 2;
	if (old && want <= have)
		return 0;
	while (have < want)
		have *= 2;
	new = reallocarray(old, have, size);
	if (!new)
		return -ENOMEM;
	memcpy(array, &new, sizeof(new));
	return 0;
}

int list_add_text(char ***array, size_t *n, const char *s)
{
	char *copy = strdup(s);
	int err = copy ? list_grow(array, *n, 1, sizeof(**array)) : -ENOMEM;

	if (err) {
		free(copy);
		return err;
	}
	(*array)[(*n)++] = copy;
	return 0;
}

void list_free_text(char **array, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(array[i]);
	free(array);
}

void list_unique(void *array, size_t *n, size_t size, int (*order)(const void *a, const void *b))
{
	char *at = array;
	size_t kept = 0;

	if (!*n)
		return;
	qsort(array, *n, size, order);
	for (size_t i = 1; i < *n; i++)
		if (order(at + kept * size, at + i * size))
			memmove(at + ++kept * size, at + i * size, size);
	*n = kept + 1;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void list_unique_text(char **array, size_t *n)
{
	size_t kept = 0;

	if (!*n)
		return;
	qsort(array, *n, sizeof(*array), by_text);
	for (size_t i = 1; i < *n; i++) {
		if (strcmp(array[kept], array[i]))
			array[++kept] = array[i];
		else
			free(array[i]);
	}
	*n = kept + 1;
}
