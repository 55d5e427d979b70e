/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages for people, on stderr: each said once, where the object is known. */
#pragma once

#include <stdio.h>

/* Where messages go from now on; NULL silences them. Default stderr. Not owned. */
void say_to(FILE *to);

/* Where they go, for a report that belongs among them (`run`); NULL when silenced. Not owned. */
FILE *say_file(void);

/* 0 usual, 1 also notes and libbpf's warnings, 2 also libbpf's debug output. */
void say_level(int level);
int say_level_now(void);

/* "smtpfence: " + text + newline. Hostile bytes in arguments are made inert (see text_inert). */
__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);

/* The same, only at say_level 1 and above. */
__attribute__((format(printf, 1, 2))) void note(const char *fmt, ...);

/* "hint: " + text: one line that helps after a fail(). */
__attribute__((format(printf, 1, 2))) void hint(const char *fmt, ...);

/*
 * "smtpfence: " + text + ": " + the system's text for err. `err` is a negative errno, and is
 * returned: `return fail(err, "attach %s to %s", prog, path);`
 */
__attribute__((format(printf, 2, 3))) int fail(int err, const char *fmt, ...);

/* The same for what is no system error: text alone, returns `err`. */
__attribute__((format(printf, 2, 3))) int refuse(int err, const char *fmt, ...);
