/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exemptions, blocks and pauses that are in force now, as people read them and as JSON. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct exemption;
struct exemptions;
struct json;

/* The pause in force that lasts longest; NULL: none. Not owned. */
const struct exemption *relief_pause(const struct exemptions *all, uint64_t now_ns);

/* "1 h 12 min": what is left of it. Returns `to`. */
char *relief_left(char to[32], const struct exemption *e, uint64_t now_ns);

/* Tables within 80 columns, the first few of each kind; inert. */
void relief_text(const struct exemptions *all, uint64_t now_ns, FILE *to);

/* Members of an open array, all of them. */
void relief_json(const struct exemptions *all, uint64_t now_ns, struct json *j);
