/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cgroups as they are made and removed: told by the kernel, where it may not be asked by inotify. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct follow;

struct follow_handler {
	/*
	 * It has the path below the v2 root. By the kernel's word it cannot be entered yet, which is a moment
	 * away; by inotify it may have been for a while. One may be told twice, and be gone already.
	 */
	void (*made)(uint64_t id, const char *path, void *arg);
	void (*gone)(uint64_t id, const char *path, void *arg);
	void (*lost)(void *arg); /* something was missed: look at the whole tree */
	void *arg;
};

/*
 * From when it returns on nothing is missed: look at the tree then, once. `mount` as cgroup_mount() gives. cgroups
 * deeper than FENCE_DEPTH, and those with a path longer than the kernel tells (1,023 bytes), are not told of. 0 or -errno, said.
 */
int follow_open(const char *mount, const struct follow_handler *h, struct follow **out);
void follow_close(struct follow *f); /* NULL passes */
bool follow_by_kernel(const struct follow *f);
int follow_fd(const struct follow *f); /* readable when there is news: for epoll */

/* Reads what is there. 0 or -errno, said. */
int follow_read(struct follow *f);
