/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was asked for, on disk: `status` compares the kernel with it. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "guard.h"

#define STATE_DIR "/run/smtpfence" /* pins, what was asked, the reader's lock */

#define STATE_WHY 160

/* One hook as it was when it was armed. */
struct state_hook {
	bool asked;
	uint32_t link; /* id */
	uint8_t tag[8]; /* of the program */
};

/* What `up` was asked and what it then saw. Owned strings. */
struct state {
	char *cgroup; /* directory the fence is attached to */
	char *policy_path; /* absolute; NULL: built in */
	char **layer_path; /* files of tenants' layers, absolute */
	size_t layer_n;
	bool audit; /* asked with --audit, whatever the policy says */
	char policy_hash[65];
	char *profile;
	unsigned rules;
	bool enforce;
	bool whole; /* that is the root of the tree: all cgroups */
	bool blocks; /* the policy blocks something for somebody */
	uint32_t generation;
	uint64_t since_wall_ns; /* when the mode was asked for first */
	struct state_hook hook[HOOK_COUNT];
};

/* Written whole, by rename, mode 0600, in a directory that pin_open() made. 0 or -errno, said. */
int state_save(const char *dir, const struct state *s);

/* -ENOENT, silent, when nothing was asked; -EINVAL, said, when the file lacks anything. Free with state_free(), which takes NULL. */
int state_load(const char *dir, struct state **out);
int state_remove(const char *dir); /* also what state_keep() kept */

/*
 * Keeps what was asked before, for a change that must be confirmed (back.json); what is kept already stays. Without
 * anything asked the fence goes down if it is not confirmed. state_kept() as state_load(): -ENOENT when there is
 * nothing to go back to. 0 or -errno, said.
 */
int state_keep(const char *dir);
int state_kept(const char *dir, struct state **out);
int state_forget(const char *dir);

/* Where policies (archive.h) and exemptions of the fence in `dir` are kept over a reboot. Returns `to`. */
char *state_archive(char to[PATH_MAX], const char *dir);
char *state_store(char to[PATH_MAX], const char *dir);

void state_free(struct state *s);

/* The lock of the ring's one reader, held until the fd is closed. -EBUSY, said with the holder's pid. */
int state_lock_reader(const char *dir, int *fd);

/* Does the kernel hold anything else than what was asked? Then one line says in `why` what. */
bool state_differs(const struct state *asked, const struct guard_look *look, char why[STATE_WHY]);
