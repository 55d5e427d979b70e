/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the data files that come with the program lie. */
#pragma once

#include <stddef.h>

/*
 * Path of data file `name` of a `kind` ("profiles"), free it: below $SMTPFENCE_DATA; else, when that kind
 * exists there, below ../data beside the executable, as in a build tree; else where it was installed.
 * NULL when there is no such file. 0 or -errno, said.
 */
int shelf_path(const char *kind, const char *name, char **path);

/*
 * Names of the YAML files of a kind without ".yaml", sorted, with NULL behind the last. Free them with
 * list_free_text(). 0 or -errno, said.
 */
int shelf_names(const char *kind, char ***names, size_t *n);
