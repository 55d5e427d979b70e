/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts to test with, as the kernel would have told them. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "attempt.h"

#define SAMPLE_WALL_NS 1795446131123000000ULL /* 2026-11-23T15:02:11.123Z */
#define SAMPLE_BOOT_NS 5000123456789ULL

/* A subject with this exe path and these arguments (n bytes, each with its zero), child of bash. */
static inline struct subject *sample_subject(const char *exe, const char *argv, size_t n)
{
	struct subject *s = calloc(1, sizeof(*s));

	s->users = 1;
	s->exe = exe ? strdup(exe) : NULL;
	s->argv = n ? memcpy(malloc(n), argv, n) : NULL;
	s->argv_bytes = n;
	s->cwd = strdup("/home/alice/shop");
	s->head.start_ns = SAMPLE_BOOT_NS - 1500000;
	s->head.cgroup = 4242;
	s->head.exe_dev = 8 << 20 | 1;
	s->head.exe_ino = ~0ULL;
	s->head.exec_id = 3;
	s->head.tgid = 4711;
	s->head.netns = 4026531840U;
	s->head.uid = s->head.euid = s->head.gid = s->head.egid = 1000;
	s->head.loginuid = 1000;
	s->head.sessionid = 7;
	memcpy(s->head.comm, "python3", 8);
	s->head.ancestors = 2;
	s->head.ancestor[0] = (struct fence_ancestor){ SAMPLE_BOOT_NS / 2, 4698, 1000, "bash" };
	s->head.ancestor[1] = (struct fence_ancestor){ 1000, 1, 0, "systemd" };
	return s;
}

#define SAMPLE_SUBJECT(exe, argv) sample_subject(exe, argv, sizeof(argv) - 1)

/* python3 send.py, denied 192.0.2.25 port 25 by default. */
static inline struct attempt sample_attempt(void)
{
	struct attempt a = {
		.wall_ns = SAMPLE_WALL_NS,
		.cgroup = strdup("/user.slice/smtpfence-4700"),
		.subject = SAMPLE_SUBJECT("/usr/bin/python3.11", "python3\0send.py\0"),
		.k = {
			.record = { .kind = RECORD_ATTEMPT, .version = FENCE_LAYOUT, .cpu = 1,
				.size = sizeof(struct fence_attempt), .sequence = 9,
				.time_ns = SAMPLE_BOOT_NS },
			.id = FENCE_RECORD_ID(1, 9), .cgroup = 4242, .policy = 0x4be107aa00000001,
			.netns = 1, .exec_id = 3, .tgid = 4711, .tid = 4712,
			.start_ns = SAMPLE_BOOT_NS - 1500000,
			.uid = 1000, .euid = 1000, .gid = 1000, .loginuid = 1000, .generation = 1,
			.dport = 25, .rule = FENCE_NO_RULE, .family = AF_INET,
			.hook = HOOK_CONNECT4, .verdict = VERDICT_DENIED, .action = ACTION_BLOCK,
			.reason = REASON_DEFAULT, .err = ETIMEDOUT, .target = CLASS_PUBLIC,
			.enforce = 1, .comm = "python3",
		},
	};

	inet_pton(AF_INET, "192.0.2.25", a.k.daddr);
	return a;
}

/* The same, of a packet that no known process sent. */
static inline struct attempt sample_unknown(void)
{
	struct attempt a = sample_attempt();

	attempt_clear(&a);
	a.wall_ns = SAMPLE_WALL_NS;
	a.k.record.time_ns = SAMPLE_BOOT_NS;
	a.k.record.sequence = 1;
	a.k.id = FENCE_RECORD_ID(0, 1);
	a.k.cgroup = FENCE_CGROUP_NONE;
	a.k.uid = a.k.euid = a.k.gid = a.k.loginuid = ~0U;
	a.k.dport = 25;
	a.k.rule = FENCE_NO_RULE;
	a.k.family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::25", a.k.daddr);
	a.k.hook = HOOK_EGRESS;
	a.k.verdict = VERDICT_DENIED;
	a.k.action = ACTION_DROP;
	a.k.reason = REASON_NO_MARK;
	a.k.enforce = 1;
	a.k.raw = 1;
	a.k.ifindex = 2;
	return a;
}

/* Let through, and what became of it. */
static inline struct attempt sample_allowed(uint16_t port, uint8_t outcome)
{
	struct attempt a = sample_attempt();

	a.k.dport = port;
	a.k.verdict = VERDICT_ALLOWED;
	a.k.action = ACTION_ALLOW;
	a.k.reason = REASON_OPEN;
	a.k.err = 0;
	a.outcome = (struct fence_outcome){ .attempt = a.k.id, .outcome = outcome };
	return a;
}

/* Every string of it written by somebody who wants to harm a reader. */
static inline struct attempt sample_hostile(void)
{
	struct attempt a = sample_attempt();

	subject_drop(a.subject);
	a.subject = SAMPLE_SUBJECT("/tmp/\n\x1b]0;x\x07\"\\\xff\xe2\x80\xae",
		"\x1b[2J\n\0\xff\xfe\0\"},{\"\0\xe2\x80\xaetxt.exe\0\xc2\x9b\x33m\0\0");
	free(a.subject->cwd);
	a.subject->cwd = strdup("/\x1b[31m\r\n\xc0\x80");
	memcpy(a.subject->head.comm, "\n\x1b]0;\x07\"\\\xff", 10);
	memcpy(a.subject->head.ancestor[0].comm, "\x1b[2J\n\xf0\x9f\"", 9);
	memcpy(a.k.comm, "\x7f\x80\x9b\r\n\t\"'\\{}", 12);
	free(a.cgroup);
	a.cgroup = strdup("/a\nb/\x1b[0m/\xff\xfe/\"\\/\xe2\x81\xa6");
	return a;
}

/* Sent elsewhere by rule 3: to 127.0.0.1 port 1025. */
static inline struct attempt sample_redirected(void)
{
	struct attempt a = sample_allowed(25, OUTCOME_CONNECTED);

	a.k.verdict = VERDICT_REDIRECTED;
	a.k.action = ACTION_REDIRECT;
	a.k.reason = REASON_RULE;
	a.k.rule = 3;
	a.k.sent_family = AF_INET;
	a.k.sent_port = 1025;
	inet_pton(AF_INET, "127.0.0.1", a.k.sent);
	return a;
}
