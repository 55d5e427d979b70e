/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the fence stands, as people read it (SCREENS.md) and as JSON. */
#pragma once

#include <stdio.h>

struct standing;

/* The screen of `status`, 80 columns. 0 or -errno of `to`. */
int board_text(const struct standing *s, FILE *to);
int board_json(const struct standing *s, FILE *to); /* one line */
