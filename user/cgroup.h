/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cgroup v2 tree: where it is mounted, path to id and back, our own child cgroups. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Mount point of the v2 hierarchy from /proc/self/mountinfo: pure v2 and hybrid; the shortest path
 * that shows the whole tree (root "/") first. -ENODEV, said, when there is none. Free the result.
 */
int cgroup_mount(char **dir);

/* 64-bit id (kernfs file handle) of a directory; what bpf_get_current_cgroup_id() gives. */
int cgroup_id(const char *dir, uint64_t *id);

/*
 * Path below the mount ("/" for the root) of an id by open_by_handle_at(2). -ESTALE when it is gone,
 * -EXDEV when it lies outside the part of the tree that is mounted there.
 */
int cgroup_path(const char *mount, uint64_t id, char **path);

/* v2 path of a process, as /proc/PID/cgroup says ("/system.slice/x.service"). pid 0: self. */
int cgroup_of(pid_t pid, char **path);

/* mkdir below `parent`; the directory's path in *dir. -errno, said. */
int cgroup_create(const char *parent, const char *name, char **dir);

/* Moves a process. -errno, said. */
int cgroup_move(const char *dir, pid_t pid);

/* 1 some process is in it or below, 0 none, -errno. From cgroup.events. */
int cgroup_populated(const char *dir);

/* Sends a signal to all in it and below; SIGKILL through cgroup.kill (5.14). */
int cgroup_signal(const char *dir, int signal);

/* rmdir of it and its empty children; waits up to 2 s for exiting processes. -EBUSY else. */
int cgroup_remove(const char *dir);

/*
 * Calls visit(path below mount, arg) for each directory, a parent before all that lies in it and
 * that before the next; "/" first. Stops at non-zero and returns it.
 */
int cgroup_walk(const char *mount, int (*visit)(const char *path, void *arg), void *arg);
