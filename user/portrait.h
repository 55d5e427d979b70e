/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One profile for people: a line of a list, or a page. */
#pragma once

#include <stdio.h>

struct profile;

/* Within 80 columns; NULL: the list's head. */
void portrait_line(FILE *to, const struct profile *p);

void portrait_page(FILE *to, const struct profile *p);
