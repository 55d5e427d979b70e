/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exemptions, blocks and pauses that are in force now, as `status` shows them. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct exemption;
struct exemptions;
struct json;

/* The pause in force that lasts longest; NULL: none. Not owned. */
const struct exemption *relief_pause(const struct exemptions *all, uint64_t now_ns);

/* A table of slips: the first few of them, pauses and blocks before the others. */
void relief_text(const struct exemptions *all, uint64_t now_ns, FILE *to);

/* Members of an open array, all of them. */
void relief_json(const struct exemptions *all, uint64_t now_ns, struct json *j);
