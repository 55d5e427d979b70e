/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* State files of other programs as JSON: bounded, and of their owner or not at all. */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* Where paths begin. */
struct statefile_base {
	int dir; /* -1 none */
	uint32_t uid; /* whose files; 0: the system's */
};

/*
 * `root`: "" or a directory in whose place "/" is. uid 0: paths are absolute; else they are below
 * that user's home, who may have made of them what he likes: no link is followed, no mount point passed.
 * 0 or -errno, not said: -ENOENT when the user has no home.
 */
int statefile_base(const char *root, uint32_t uid, struct statefile_base *out);
void statefile_end(struct statefile_base *b); /* takes { -1 } */

/*
 * A regular file that belongs to the base's owner (or to whom we are) and that others cannot write. 0
 * or -errno, not said: -EPERM not the owner's, -EFBIG, -EBADMSG no JSON object or array. json_decref() *out.
 */
int statefile_read(const struct statefile_base *b, const char *path, json_t **out);

DIR *statefile_list(const struct statefile_base *b, const char *path); /* NULL: cannot be read */
bool statefile_is(const struct statefile_base *b, const char *path); /* it exists */
