/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user who asked, when we are root in his place: whom a command runs as and whose files are his. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Owned strings. */
struct invoker {
	bool change; /* we are root under sudo and he is not; false: he is who we are */
	uid_t uid;
	gid_t gid;
	char *name; /* NULL: the user database has none, so no groups but gid */
	char *home; /* NULL unknown */
};

/*
 * From SUDO_UID and SUDO_GID when we are root, else from who we are. -EINVAL, said, when they are no
 * numbers; -ENOMEM.
 */
int invoker_find(struct invoker *out);
void invoker_free(struct invoker *i);

/* Becomes him for good: groups, gid, uid. 0 or -errno, silent. */
int invoker_become(const struct invoker *i);

/*
 * Between these two, files are reached with his rights and not with ours (fsuid, fsgid, groups), in
 * this thread. 0 or -errno, said. Without `change` they do nothing.
 */
int invoker_enter(const struct invoker *i);
void invoker_leave(const struct invoker *i);
