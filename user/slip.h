/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One exemption as people and programs read it: what is left, by whom, for whom, why. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct exemption;
struct json;

/* "45 s", "12 min", "1 h 12 min", "3 d 4 h": the two largest units. Returns `to`. */
char *slip_span(char to[32], uint64_t seconds);

/* "allow container shop", "block unit x.service", "limit 30 connections/h user 33", "pause". Inert. */
char *slip_what(char *to, size_t size, const struct exemption *e);

/* A line of a table of 80 columns, more when the reason is long; NULL: its heading. */
void slip_line(FILE *to, const struct exemption *e, uint64_t now_ns);

/* As an object: `key` as json_open() takes it. */
void slip_json(struct json *j, const char *key, const struct exemption *e, uint64_t now_ns);
