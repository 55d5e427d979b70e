/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc and the user database say of a process or a user. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/fence.h"

/* User's name for a uid: cached by the caller if need be; the number as text when there is none. */
char *process_user(char *to, size_t size, uint32_t uid);

/* Start time of a process, boot clock ns rounded down to ticks; 0 when it is gone. */
uint64_t process_start(pid_t pid);

/* Is it still the same process? Compared in ticks, since /proc has no more (DECISIONS 28). */
bool process_is(pid_t pid, uint64_t start_ns);

/*
 * Groups of a process as the initial user namespace knows them: real, effective, then supplementary ones, up to
 * `room` of them to `gid`. How many there are, or -errno.
 */
ssize_t process_groups(pid_t pid, uint32_t *gid, size_t room);

/* Link targets and files; free the result. -ENOENT when it is gone. */
int process_exe(pid_t pid, char **path);
int process_cwd(pid_t pid, char **path);
int process_comm(pid_t pid, char comm[FENCE_COMM]);

/*
 * The kernel's own key of an executable: device from mountinfo by mnt_id and inode from fdinfo,
 * because stat() on overlay shows another device than the kernel's s_dev. -errno, not said.
 */
int process_exe_key(const char *path, struct fence_exe *key);

/* The same of a file as a process has it, within its root and its mount namespace: a container's. */
int process_exe_key_in(pid_t pid, const char *path, struct fence_exe *key);

/* Calls visit(pid, arg) for each process; stops at non-zero and returns it. */
int process_each(int (*visit)(pid_t pid, void *arg), void *arg);
