/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of sets of terms in which equal sets stand once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/fence.h"

struct vectors {
	struct fence_vector
		*vector; /* the first VECTOR_FIRST are fixed by enum vector: fill directly */
	size_t n;
	size_t room;
	uint32_t *bucket; /* hash table of indexes from VECTOR_FIRST on; 0 empty */
	size_t buckets; /* a power of two */
};

/* With the fixed ones, empty. 0 or -ENOMEM. */
int vectors_init(struct vectors *v);
void vectors_free(struct vectors *v); /* NULL passes */

/* Index of a set equal to `set`, from VECTOR_FIRST on; new when there was none. 0 or -ENOMEM. */
int vectors_put(struct vectors *v, const struct fence_vector *set, uint32_t *index);

void vectors_set(struct fence_vector *set, size_t term);
bool vectors_has(const struct fence_vector *set, size_t term);
void vectors_join(struct fence_vector *set, const struct fence_vector *other);
void vectors_drop(
	struct fence_vector *set, const struct fence_vector *other); /* what is in `other` */
bool vectors_equal(const struct fence_vector *a, const struct fence_vector *b);
