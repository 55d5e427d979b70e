/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sentences put together piece by piece in a buffer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Adds behind the text in `to`, as much as there is room for. */
__attribute__((format(printf, 3, 4))) void phrase_add(char *to, size_t size, const char *fmt, ...);

/* The same for n bytes of a hostile string, made inert. */
void phrase_add_inert(char *to, size_t size, const char *s, size_t n);

/* "1 attempt", "1,234 attempts", "2 addresses": a count and its noun. */
void phrase_add_count(char *to, size_t size, uint64_t n, const char *noun);
