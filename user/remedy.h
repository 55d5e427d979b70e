/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where mail can go instead of a port that a profile shuts, in sentences. Pure. */
#pragma once

#include <stddef.h>

struct profile;

/*
 * Added to the text in `to`, as phrase_add() does; '\n' between lines that must stay apart. Never advises
 * a port that `p` blocks.
 */

/* Of a port between mail servers: who is meant decides what helps. */
void remedy_relay(char *to, size_t size, const struct profile *p);

/* Of a mail service's own port: the same service on another. */
void remedy_submission(char *to, size_t size, const struct profile *p);
