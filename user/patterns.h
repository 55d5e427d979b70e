/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many texts and globs at once: which of them match a text, or could match a path below one. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of absolute paths: '*' stops at '/', and no glob is the root. All other spaces are separate from it and one another. */
#define PATTERNS_PATH 0

struct patterns_entry {
	const char *text; /* not owned */
	uint32_t space;
	uint32_t tag; /* the caller's */
	bool glob;
	size_t plain; /* bytes before the first that is special */
	size_t depth; /* PATTERNS_PATH: components */
	char **head; /* glob in PATTERNS_PATH: its first 0, 1, ..., depth - 1 components. Owned */
};

/* Where the entries of one space stand. */
struct patterns_range {
	uint32_t space;
	size_t text, glob, end; /* texts, then globs */
};

struct patterns {
	struct patterns_entry *entry;
	size_t n;
	struct patterns_range *range;
	size_t range_n;
};

/* Whom to tell of each that matches. */
struct patterns_call {
	void (*hit)(const struct patterns_entry *e, void *arg);
	void *arg;
};

/*
 * `text` must live as long as `p`, which begins as zeroes. *, ? and [ are special, \ is not: systemd's
 * names hold it. 0 or -ENOMEM.
 */
int patterns_add(struct patterns *p, uint32_t space, const char *text, uint32_t tag);
int patterns_settle(struct patterns *p); /* after the last patterns_add(), once. 0 or -ENOMEM */
void patterns_free(struct patterns *p);

/* Tells of each of the space that matches `text`. */
void patterns_match(
	const struct patterns *p, uint32_t space, const char *text, const struct patterns_call *to);

/* Tells of each in PATTERNS_PATH that would match some path below `path`. */
void patterns_below(const struct patterns *p, const char *path, const struct patterns_call *to);
