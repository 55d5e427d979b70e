/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Starts a command held at the gate, as the invoking user, and follows it to its end. */
#pragma once

#include <sys/types.h>

struct invoker;
struct launch; /* a child waiting at the gate, then a running command */

/*
 * Forks. The child waits until launch_go(), then becomes the user, restores the signals we changed and
 * executes argv. Directory, environment, terminal, process group: ours. From here to launch_close()
 * SIGCHLD and what ends a program from outside (SIGINT, SIGQUIT, SIGTERM, SIGHUP) are blocked and come
 * through launch_signal(). 0 or -errno, said.
 */
int launch_hold(char *const argv[], const struct invoker *who, struct launch **out);
pid_t launch_pid(const struct launch *l);

/* Lets it go. 0, or -errno of the exec (-ENOENT: not found, -EACCES: not executable), silent. */
int launch_go(struct launch *l);

/* For poll: readable when a signal waits. launch_signal() takes one; 0 when there is none. */
int launch_fd(const struct launch *l);
int launch_signal(struct launch *l);

/* Collects it if it has ended: 1 with its wait status, 0 still running, -errno. */
int launch_poll(struct launch *l, int *wait_status);

/* As a shell would: exit code, or 128 + signal. */
int launch_exit_status(int wait_status);
void launch_close(struct launch *l); /* ends it if it still waits at the gate; NULL passes */
