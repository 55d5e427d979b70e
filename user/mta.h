/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which programs are mail servers or sendmail stand-ins, and which of theirs connects. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MTA_PATHS 6

/* `main` and `also` hold paths, globs, or directories (with '/' at the end); NULL ends them. */
struct mta {
	const char *name; /* "Postfix", "msmtp" */
	const char *main[MTA_PATHS]; /* there when it is installed */
	const char *also[MTA_PATHS]; /* what else belongs to it */
	const char *client; /* program that connects, beside main or absolute; NULL: main itself */
	const char *peer; /* running program that has the client's user; NULL: main */
	bool queues; /* delivers later, from a process of its own */
};

/* By number from 0; NULL after the last. */
const struct mta *mta_at(size_t i);

/* Whose program this is; a replaced file's " (deleted)" is passed over. NULL: nobody's. */
const struct mta *mta_by_exe(const char *exe);

/* The program of this name that several mail servers bring: says little by itself. */
bool mta_is_generic(const struct mta *m);

/* Length of the path without the kernel's " (deleted)". */
size_t mta_exe_length(const char *exe);

/*
 * Path of the program that connects when `exe` is the main one; any other connects itself. Free it;
 * NULL for lack of memory.
 */
char *mta_client(const struct mta *m, const char *exe);
