/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Executables that terms name within containers, made known as containers begin to run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "terms.h"

struct fence_vector;
struct living;
struct inside;

/* `t` and `l` must outlive it; `mount` of the cgroup tree. 0 or -ENOMEM. */
int inside_open(const struct terms *t, struct living *l, const char *mount, struct inside **out);
void inside_close(struct inside *i); /* NULL passes; what was made known stays so */

/* A container that these terms match: looked into once it has a root of its own. 0 or -ENOMEM. */
int inside_add(struct inside *i, uint64_t id, const char *path, const struct fence_vector *own,
	uint64_t now_ms);

/* Looks into those that are due. 0, -ENOSPC as living_cgroup(), or -errno, not said. */
int inside_again(struct inside *i, uint64_t now_ms);
uint64_t inside_next(const struct inside *i); /* UINT64_MAX: none waits */

/* It is gone: the device number of its files may soon be another container's. */
void inside_gone(struct inside *i, uint64_t id);
