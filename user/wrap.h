/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Labelled paragraphs for people, within 80 columns. */
#pragma once

#include <stdio.h>

/*
 * "  label     text": broken at blanks, continued under itself; '\n' starts a new line there. Whatever
 * could act on a terminal is made inert. Columns are counted as a terminal does (wide characters are
 * two).
 */
void wrap_labelled(FILE *to, const char *label, const char *text);
