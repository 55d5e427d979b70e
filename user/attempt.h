/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt as user space knows it: the kernel's record, its subject, its outcome; JSON both ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bpf/fence.h"

/* Who tried. Strings are raw bytes as the kernel had them: hostile until text_inert(). Owned. */
struct subject {
	struct fence_subject head; /* ids, comm, ancestors; without text */
	char *exe; /* absolute path in its mount namespace; NULL unknown; begins "..." when cut */
	char *argv; /* arguments, each with its zero; NULL unknown */
	size_t argv_bytes;
	char *cwd; /* from /proc while the process lived; NULL unknown */
	unsigned users; /* references: subject_hold(), subject_drop() */
};

/*
 * Takes the record of a ring; *out has one reference. -EBADMSG when it contradicts itself.
 */
int subject_from_record(const struct fence_subject *record, size_t bytes, struct subject **out);
struct subject *subject_hold(struct subject *s); /* NULL passes */
void subject_drop(struct subject *s); /* NULL passes */

struct attempt {
	struct fence_attempt k; /* the kernel's record */
	struct fence_outcome outcome; /* .attempt 0: none yet */
	struct subject *subject; /* one reference; NULL unknown */
	char *cgroup; /* path of k.cgroup below the v2 root, owned; NULL unknown */
	uint64_t wall_ns; /* k.record.time_ns on the wall clock of this run */
};

/* Releases what it holds, not the struct. */
void attempt_clear(struct attempt *a);

/* What is known of the policy beside the hash in k.policy; any may be NULL. Not owned. */
struct attempt_context {
	const char *profile;
	const char *(*rule_name)(const void *arg, uint16_t rule); /* NULL: no such rule */
	const void *arg;
};

/*
 * One JSON line, ECS names and the `smtpfence` object as in data/event.schema.json. Arguments are
 * masked by default (values of secret options, mail addresses); 0 or -errno of `to`.
 */
int attempt_json(const struct attempt *a, const struct attempt_context *c, FILE *to);

/*
 * Reads such a line back, ids, subject, outcome and all that a report needs; unknown keys are ignored.
 * `profile` and `rule` (either may be NULL) get owned copies or NULL. 0, -EINVAL when it is no event
 * of ours.
 */
int attempt_from_json(const char *line, size_t n, struct attempt *out, char **profile, char **rule);

/* What a person calls it: "python3 send.py", "curl", from argv, exe or comm; inert, cut to size. */
char *attempt_who(char *to, size_t size, const struct attempt *a);

/* "192.0.2.25 port 25", "[2001:db8::25] port 25". Returns `to`. */
char *attempt_to(char to[80], const struct attempt *a);

/* "blocked", "would be blocked", "allowed". */
const char *attempt_result(const struct attempt *a);

/* enum names as in JSON, and back by -EINVAL: "denied"; "connect4"; "rule"; "no_answer". */
const char *attempt_verdict_name(uint8_t verdict);
const char *attempt_hook_name(uint8_t hook);
const char *attempt_reason_name(uint8_t reason);
const char *attempt_outcome_name(uint8_t outcome);
