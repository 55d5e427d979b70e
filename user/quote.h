/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text as a YAML scalar. */
#pragma once

#include <stdio.h>

/*
 * Writes `s`, valid UTF-8, as a scalar that reads back as the same bytes: bare where every YAML reader
 * takes it for that text, else in double quotes. On a terminal it is inert. Errors stay in `to`.
 */
void quote_yaml(FILE *to, const char *s);
