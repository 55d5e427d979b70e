/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of sets of terms in which equal sets stand once. */
#include "vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 128 /* to begin with; a power of two above VECTOR_FIRST */
_Static_assert(VECTOR_FIRST < ROOM, "the fixed ones, and one more");

int vectors_init(struct vectors *v)
{
	struct vectors new = { .n = VECTOR_FIRST, .room = ROOM, .buckets = 2 * ROOM };

	new.vector = calloc(new.room, sizeof(*new.vector));
	new.bucket = calloc(new.buckets, sizeof(*new.bucket));
	if (!new.vector || !new.bucket) {
		vectors_free(&new);
		return -ENOMEM;
	}
	*v = new;
	return 0;
}

void vectors_free(struct vectors *v)
{
	if (!v)
		return;
	free(v->vector);
	free(v->bucket);
	*v = (struct vectors){ 0 };
}

/* The finalizer of SplitMix64 over each word: sets of neighbouring terms must not cluster. */
static uint64_t hash(const struct fence_vector *set)
{
	uint64_t h = 0;

	for (int i = 0; i < FENCE_WORDS; i++) {
		h += set->word[i] + 0x9e3779b97f4a7c15;
		h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
		h = (h ^ h >> 27) * 0x94d049bb133111eb;
		h ^= h >> 31;
	}
	return h;
}

/* The bucket that holds an equal set, or the empty one where it belongs. */
static uint32_t *find(const struct vectors *v, const struct fence_vector *set)
{
	size_t i = hash(set) & (v->buckets - 1);

	while (v->bucket[i] && !vectors_equal(&v->vector[v->bucket[i]], set))
		i = (i + 1) & (v->buckets - 1);
	return &v->bucket[i];
}

/* Twice the room, with at least as many empty buckets as full ones. */
static int grow(struct vectors *v)
{
	struct fence_vector *more = reallocarray(v->vector, 2 * v->room, sizeof(*more));
	uint32_t *bucket;

	if (!more)
		return -ENOMEM;
	v->vector = more;
	bucket = calloc(2 * v->buckets, sizeof(*bucket));
	if (!bucket)
		return -ENOMEM;
	free(v->bucket);
	v->bucket = bucket;
	v->buckets *= 2;
	v->room *= 2;
	for (size_t i = VECTOR_FIRST; i < v->n; i++)
		*find(v, &v->vector[i]) = i;
	return 0;
}

int vectors_put(struct vectors *v, const struct fence_vector *set, uint32_t *index)
{
	uint32_t *bucket;
	int err;

	if (v->n == v->room) {
		err = grow(v);
		if (err)
			return err;
	}
	bucket = find(v, set);
	if (!*bucket) {
		*bucket = v->n;
		v->vector[v->n++] = *set;
	}
	*index = *bucket;
	return 0;
}

void vectors_set(struct fence_vector *set, size_t term)
{
	set->word[term / 64] |= 1ULL << term % 64;
}

bool vectors_has(const struct fence_vector *set, size_t term)
{
	return set->word[term / 64] >> term % 64 & 1;
}

void vectors_join(struct fence_vector *set, const struct fence_vector *other)
{
	for (int i = 0; i < FENCE_WORDS; i++)
		set->word[i] |= other->word[i];
}

void vectors_drop(struct fence_vector *set, const struct fence_vector *other)
{
	for (int i = 0; i < FENCE_WORDS; i++)
		set->word[i] &= ~other->word[i];
}

bool vectors_equal(const struct fence_vector *a, const struct fence_vector *b)
{
	return !memcmp(a, b, sizeof(*a));
}
