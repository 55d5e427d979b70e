/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strict reading of numbers and times, and text made safe to show. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal, whole string, no sign, blank or leading zero, at most `max`. 0 or -EINVAL, -ERANGE. */
int text_number(const char *s, uint64_t max, uint64_t *out);

/* "90s", "10m", "2h", "3d" to seconds; at least 1 s, at most 10 years. 0 or -EINVAL, -ERANGE. */
int text_duration(const char *s, uint64_t *seconds);

/* "90s", "10m", "2h", "3d": in the largest unit that fits; text_duration() takes it. Returns `to`. */
char *text_span(char to[24], uint64_t seconds);

/*
 * Copies `n` bytes of `s` to `to` for a terminal: what text_control() names and invalid UTF-8
 * become \xNN, NUL included; other valid UTF-8 stays. Cuts at a whole character and ends with
 * "..." when `size` is too small. Terminates unless `size` is 0. Returns `to`.
 */
char *text_inert(char *to, size_t size, const char *s, size_t n);

/* Length in bytes of the valid UTF-8 character at s (n bytes left), 0 when invalid. RFC 3629. */
size_t text_utf8(const char *s, size_t n);

/* Is this valid character (`length` from text_utf8) C0, DEL, C1, a bidi control or U+2028, U+2029? */
bool text_control(const char *s, size_t length);

/* 1234567 as "1,234,567"; `to` holds at least 28 bytes. Returns `to`. */
char *text_count(char to[28], uint64_t n);

/* RFC 3339 in UTC with milliseconds, "2026-11-23T15:02:11.123Z". `to` holds at least 32 bytes. */
char *text_utc(char to[32], uint64_t wall_ns);

/* "2026-11-23 15:02:11 +01:00", local time. `to` holds at least 32 bytes. */
char *text_local(char to[32], uint64_t wall_ns);

/* Wall clock now and boot clock now, ns; wall = boot + text_boot_offset(). */
uint64_t text_wall_now(void);
uint64_t text_boot_offset(void);

/*
 * The entry of `names` (n of them) nearest to `s` by edit distance, else the first that begins with
 * `s` (3 letters at least); NULL when none is near.
 */
const char *text_nearest(const char *s, const char *const *names, size_t n);
