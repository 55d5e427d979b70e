/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to change, from where it went and what the provider leaves open. Pure. */
#pragma once

#include <stddef.h>

#include "incident.h"
#include "profile.h"

#define ADVISE_TEXT 2048

/*
 * Paragraphs for the report's `why`, `to` and `change`, plain text without line breaks but for '\n'
 * between lines that must stay apart. Never advises a port that `p` blocks. `p` NULL: no profile, only
 * observed. Each returns `to`.
 */
char *advise_why(char to[ADVISE_TEXT], const struct incident *i, const struct profile *p);
char *advise_to(char to[ADVISE_TEXT], const struct incident *i, const struct profile *p);
char *advise_change(char to[ADVISE_TEXT], const struct incident *i, const struct profile *p);
