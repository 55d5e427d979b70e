/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt as user space knows it: the kernel's record, its subject, its outcome. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* What a person calls it: "python3 send.py", "curl", from argv, exe or comm; inert, cut to size. */
char *attempt_who(char *to, size_t size, const struct attempt *a);

/* "192.0.2.25 port 25", "[2001:db8::25] port 25". Returns `to`. */
char *attempt_to(char to[80], const struct attempt *a);

/* The same of where it went instead; NULL: where it asked for. */
char *attempt_sent(char to[80], const struct attempt *a);

/*
 * "blocked", "allowed", "redirected", "answered"; "would be blocked", "would be redirected", "would be
 * answered".
 */
const char *attempt_result(const struct attempt *a);

/* The exemption that a number in k.rule speaks of, 7 for "e7"; 0: a rule, or none. */
unsigned attempt_exemption(uint16_t rule);

/* enum names as in JSON: "denied"; "connect4"; "rule"; "no_answer". NULL when there is none. */
const char *attempt_verdict_name(uint8_t verdict);
const char *attempt_hook_name(uint8_t hook);
const char *attempt_reason_name(uint8_t reason);
const char *attempt_outcome_name(uint8_t outcome);
