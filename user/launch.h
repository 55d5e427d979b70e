/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Starts a command held at the gate, as the invoking user, and follows it to its end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whom the command runs as. */
struct launch_user {
	bool change; /* false: as we are */
	uid_t uid;
	gid_t gid;
	char *name; /* for the group list; NULL: only gid */
};

/*
 * From SUDO_UID and SUDO_GID when we are root under sudo. -EINVAL, said, when they are no numbers.
 */
int launch_user_find(struct launch_user *out);

struct launch; /* a child waiting at the gate, then a running command */

/*
 * Forks. The child waits until launch_go(), then becomes the user (initgroups, setgid, setuid), restores
 * the signals we changed and executes argv. Directory, environment, terminal, process group: ours.
 */
int launch_hold(char *const argv[], const struct launch_user *u, struct launch **out);
pid_t launch_pid(const struct launch *l);

/* Lets it go. 0, or -errno of the exec (-ENOENT: not found, -EACCES: not executable), silent. */
int launch_go(struct launch *l);

/* Collects it if it has ended: 1 with its wait status, 0 still running, -errno. */
int launch_poll(struct launch *l, int *wait_status);

/* As a shell would: exit code, or 128 + signal. */
int launch_exit_status(int wait_status);
void launch_close(struct launch *l); /* kills it if it still waits at the gate; NULL passes */
