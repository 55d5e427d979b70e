/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one reader of a host's fence: attempts out of the ring, for people or as JSON lines. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct lookout;

/*
 * Takes the reader's lock and opens the fence whose state is in `dir`. -ENOENT, silent: no fence; else
 * 0 or -errno, said. `to` is not owned.
 */
int lookout_open(const char *dir, bool json, FILE *to, struct lookout **out);
void lookout_close(struct lookout *l); /* NULL passes */

int lookout_fd(const struct lookout *l); /* readable when attempts wait */

/* Writes what waits. 0 or -errno, said. */
int lookout_read(struct lookout *l);

/* Writes also those whose outcome is not known yet. */
int lookout_end(struct lookout *l);
