/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was asked for, on disk: so that `status` can compare, and events' policies can be found. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf/fence.h"
#include "policy.h"

#define STATE_DIR "/run/smtpfence" /* pins, what was asked, the reader's lock */
#define STATE_POLICIES "/var/lib/smtpfence/policy" /* policy texts by hash */

/* What `up` was asked. Owned strings. */
struct state {
	char *cgroup; /* directory the fence is attached to */
	char *policy_path; /* NULL: built in */
	char policy_hash[65];
	char *profile;
	unsigned rules;
	bool enforce;
	uint8_t hooks[HOOK_COUNT]; /* 1: asked for */
	uint64_t since_wall_ns; /* when this was asked */
	uint32_t generation;
};

/* Written whole, by rename. 0 or -errno, said. */
int state_save(const char *dir, const struct state *s);

/* -ENOENT silent when nothing was asked. */
int state_load(const char *dir, struct state **out);
int state_remove(const char *dir);
void state_free(struct state *s);

/* Keeps the canonical text of a policy under its hash. `dir`: NULL is STATE_POLICIES. */
int state_keep_policy(const char *dir, const struct policy *p, const char hash[65]);

/* The kept policy whose hash begins with the 8 bytes that events carry. -ENOENT when it is unknown. */
int state_find_policy(const char *dir, uint64_t hash, struct policy **out);

/*
 * The lock of the ring's one reader, held until the fd is closed. -EBUSY, said with the holder's pid.
 */
int state_lock_reader(const char *dir, int *fd);
