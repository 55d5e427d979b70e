/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* This network namespace: its cookie, and the addresses that are its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Cookie as the hooks see it, SO_NETNS_COOKIE (5.14). 0 or -errno, said. */
int scope_netns(uint64_t *cookie);

/*
 * All addresses of its interfaces, IPv6 or v4-mapped, network order. Free *out. 0 or -errno, said.
 */
int scope_addresses(uint8_t (**out)[16], size_t *n);
