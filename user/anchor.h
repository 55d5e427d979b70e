/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A container's name, which another may bear tomorrow, as the id that it has now. */
#pragma once

#include <stddef.h>

/*
 * Ids of the containers here whose name `glob` matches, or whose id it begins; list_free_text(). 0; -ENOENT, said, when
 * there is none; -errno, said.
 */
int anchor_container(const char *glob, char ***ids, size_t *n);
