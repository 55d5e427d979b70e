/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an interpreter was told to run. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Is it a program that runs others' text? By its name, with or without path and version. */
bool script_runs(const char *exe);

/*
 * In `argv` (arguments, each with its zero), of the program `exe` (NULL: its first argument): a
 * script's name "send.py", or the option that says otherwise, "-m" (a module is next), "-c", "-" (stdin).
 * NULL: it is no interpreter, or was told nothing. Points into argv.
 */
const char *script_of(const char *exe, const char *argv, size_t bytes);
