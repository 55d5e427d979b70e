/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether some container runtime has its files on this machine, the system's or a user's. */
#pragma once

#include <stdbool.h>

/* `root` as in statefile_base(). A user counts who is in its /etc/passwd or has a directory in /run/user. */
bool runtimes_any(const char *root);

/* Where runtimes_any() looked, for messages; NULL behind the last. */
extern const char *const runtimes_places[];
