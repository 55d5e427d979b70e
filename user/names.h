/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Host names to addresses, within bounded time. */
#pragma once

#include <stddef.h>

#include "address.h"

#define NAMES_MOST 64 /* addresses of one name */
#define NAMES_WAIT_S 5

/*
 * IPv4 and IPv6 addresses of a host, as the resolver of this machine knows them, sorted, none twice. A
 * child process without rights asks, so that a name server that does not answer holds nobody for longer
 * than NAMES_WAIT_S, and what it answers is read by nobody who could do harm. 0; not said: -ENOENT it has none, -ETIMEDOUT, -E2BIG it has more than NAMES_MOST, -EAGAIN
 * the resolver failed, -errno. Free *out.
 */
int names_look_up(const char *host, struct address **out, size_t *n);

/* For such a child: it ends with its parent, and is nobody where it was root. 0 or -errno. */
int names_renounce(void);
