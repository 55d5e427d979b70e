/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mail servers as a rule names them, `mta: postfix`: exe, unit and user together. */
#pragma once

#include <stddef.h>

struct selectors;

/* "cpanel", "exim", ..., sorted; NULL at the end. For messages and check. */
extern const char *const preset_names[];

/*
 * The ways in which a mail server connects, each a conjunction (exe AND user AND unit; or labels of a
 * container), as far as this machine has it: files and users that are not here are left out, as is the
 * unit where systemd does not run (noted). Free with preset_free(). 0; -ENOENT, not said: there is no such mail
 * server here; -EINVAL: no such preset; -ENOMEM.
 */
int preset_find(const char *name, struct selectors **out, size_t *n);

/* The same with `root`, a directory, in the place of "/": its files and its etc/passwd. */
int preset_find_below(const char *root, const char *name, struct selectors **out, size_t *n);
void preset_free(struct selectors *s, size_t n);
