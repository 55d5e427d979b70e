/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Our own bpffs: mounted safely, locked, and what is pinned there by name. */
#pragma once

#include <stdbool.h>

struct pin; /* an opened pin directory */

/*
 * Opens STATE/bpf, a bpffs mount of our own in the mount namespace of process 1 (which it enters: read
 * other files before): root, 0700, private propagation; every component of the path is checked for
 * owner and mode without following links. `create`: makes and mounts what is missing. -ENOENT (silent)
 * when there is none and !create; else -errno, said.
 */
int pin_open(const char *state, bool create, struct pin **out);
void pin_close(struct pin *p); /* also releases the lock; NULL passes */

/* The lock of changes: flock on the directory. -EBUSY, said, when another holds it. */
int pin_lock(struct pin *p);

/* fd of what is pinned as `name`, O_CLOEXEC; -ENOENT silent, else said. */
int pin_get(const struct pin *p, const char *name);
bool pin_has(const struct pin *p, const char *name);

/* Pins `fd` as `name`, which must be free. -errno, said. */
int pin_put(const struct pin *p, const char *name, int fd);

/* Unpins; what is not there passes as 0. */
int pin_remove(const struct pin *p, const char *name);

/* Makes a subdirectory of it, or renames one onto a name that is free. -errno, said. */
int pin_subdir(const struct pin *p, const char *name);
int pin_rename(const struct pin *p, const char *from, const char *to);

/* Unpins everything in a subdirectory and removes it; 0 when there is none. */
int pin_clear(const struct pin *p, const char *subdir);

/* Unmounts and removes STATE/bpf, which must be clear; closes p in any case. */
int pin_unmount(struct pin *p, const char *state);
