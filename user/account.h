/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One incident in a person's words: what it is called, who, when, and what became of it. */
#pragma once

#include "incident.h"
#include "profile.h"

#define ACCOUNT_TEXT 1024

/* Plain text, inert. Each returns `to`. */

/* "python3 send.py  ->  192.0.2.25, port 25" */
char *account_name(char to[ACCOUNT_TEXT], const struct incident *i);

/* "pid 4711, user alice, in /home/alice/shop, started by bash (4698)" */
char *account_who(char to[ACCOUNT_TEXT], const struct incident *i);

/* "2026-11-23 15:02:11 +01:00, once" */
char *account_when(char to[ACCOUNT_TEXT], const struct incident *i);

/* Of one that was blocked: what the program got, and would have got from the provider. */
char *account_saw(char to[ACCOUNT_TEXT], const struct incident *i, const struct profile *p);

/* Of one that was let through: "371 connected, 22 refused", "no answer to 4 requests (SYN), 7 s". */
char *account_outcome(char to[ACCOUNT_TEXT], const struct incident *i);
