/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt as user space knows it: the kernel's record, its subject, its outcome. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bpf/fence.h"
#include "subject.h"

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

/* What a person calls it: "python3 send.py", "curl", from argv, exe or comm; inert, cut to size. */
char *attempt_who(char *to, size_t size, const struct attempt *a);

/* "192.0.2.25 port 25", "[2001:db8::25] port 25". Returns `to`. */
char *attempt_to(char to[80], const struct attempt *a);

/* "blocked", "would be blocked", "allowed". */
const char *attempt_result(const struct attempt *a);

/* enum names as in JSON: "denied"; "connect4"; "rule"; "no_answer". NULL when there is none. */
const char *attempt_verdict_name(uint8_t verdict);
const char *attempt_hook_name(uint8_t hook);
const char *attempt_reason_name(uint8_t reason);
const char *attempt_outcome_name(uint8_t outcome);
