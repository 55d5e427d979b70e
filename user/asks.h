/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What terms ask of a cgroup, sorted for look-up. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/fence.h"
#include "patterns.h"
#include "terms.h"

#define ASKS_SLOTS 16 /* things that one term may ask: lists, and keys of labels */
#define ASKS_ID_LEAST 12 /* hex digits that make a text a container's id */
#define ASKS_ID_MOST 64

/* Spaces of patterns: PATTERNS_PATH, selectors by their number, ids, then the keys of labels. */
enum {
	ASKS_SPACE_ID = SELECTOR_COUNT,
	ASKS_SPACE_LABEL,
};

/* One thing that a term asks; any of its texts will do. */
struct ask {
	uint16_t term;
	uint8_t slot; /* each of a term in another */
	uint32_t space; /* SELECTOR_CGROUP stands for paths */
	const char *key; /* of a label; else NULL */
	bool names; /* some text is no id */
};

struct ask_text {
	const char *text;
	uint32_t ask;
	bool seen, distrusted; /* for who looks */
};

/* Sets are of terms; nothing but arrays is owned. */
struct asks {
	struct ask *ask;
	size_t n;
	uint32_t *of_container; /* asks of strict terms for something of a container */
	size_t of_container_n;
	struct ask_text *text; /* by tag of the patterns */
	size_t text_n;
	const char **key; /* of labels, by space from ASKS_SPACE_LABEL on */
	size_t key_n;
	struct patterns patterns;
	struct fence_vector terms; /* that select by cgroup */
	struct fence_vector strict; /* of them */
	struct fence_vector with_user; /* that name users too */
	struct fence_vector uses[ASKS_SLOTS]; /* that ask something there */
	struct fence_vector any_unit[ASKS_SLOTS]; /* strict ones that ask for a unit there */
	struct fence_vector any_container[ASKS_SLOTS]; /* for something of a container */
	bool by_container;
	int slots, words; /* in use */
};

/* 0, -ENOMEM, or -E2BIG, said: a term asks more than there are slots. `t` must outlive it. */
int asks_list(const struct terms *t, struct asks *out);
void asks_clear(struct asks *a);

bool asks_is_id(const char *text); /* a container's, as a rule names it */
