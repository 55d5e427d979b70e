/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A path walked from the root so that nobody else can exchange what it names. */
#pragma once

#include <stdbool.h>

/*
 * Opens the directory of an absolute path. No link is followed; each component belongs to root, or to
 * whom we are, and is not to be renamed by others: not writable for group or all, or sticky. The last
 * one is not writable for them at all. `create`: makes what is missing, 0700. fd, -ENOENT (silent)
 * when it is not there and !create, else -errno, said: -EPERM when it is not safe.
 */
int walk_open(const char *path, bool create);

/* The same for the one last component `name` below the directory `dir`; `path` for messages. */
int walk_step(int dir, const char *name, const char *path, bool create);
