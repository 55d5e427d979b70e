/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whole files into memory, within bounds. */
#pragma once

#include <stddef.h>
#include <stdio.h>

/*
 * All bytes of a regular file, or of stdin for "-" (there anything up to the limit), with a zero behind
 * them. FIFOs, devices and directories are refused without waiting for them, and so is a file that
 * changes while it is read. 0 or -errno, said. Free the text.
 */
int file_read(const char *path, size_t limit, char **text, size_t *n);

/*
 * Writes `name` in the open directory `dir` anew: whole and on disk under its name, or as it was before. Mode 0600; a
 * link in its place is replaced, none is followed. `write` returns 0 or -errno. 0 or -errno, not said.
 */
int file_replace(
	int dir, const char *name, int (*write)(FILE *to, const void *arg), const void *arg);
