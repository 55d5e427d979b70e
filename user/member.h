/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Members of a JSON object as our own writer makes them; whatever else they hold counts as unknown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "bpf/fence.h"

/* `o` may be NULL, or no object: then nothing is there. */
const char *member_text(const json_t *o, const char *key); /* NULL: not there */
bool member_true(const json_t *o, const char *key);

/* A 64-bit id written as a string; 0 when it is not there. */
uint64_t member_id(const json_t *o, const char *key);

uint32_t member_number(const json_t *o, const char *key, uint32_t unknown);

/* 0 when it is not there, negative, or so large that it overflows as milliseconds in nanoseconds. */
uint64_t member_count(const json_t *o, const char *key);

/* {"user":{"id":"1000"}}; ~0 unknown. */
uint32_t member_holder(const json_t *o, const char *key);

/* The raw bytes of a string: from KEY_hex when it had to be replaced. Owned; NULL when not there. */
char *member_raw(const json_t *o, const char *key);
void member_comm(const json_t *o, const char *key, char comm[FENCE_COMM]); /* else untouched */

/* Hex to n bytes and a zero behind them, owned; NULL when it is no hex. */
char *member_bytes(const char *hex, size_t *n);
