/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who a process that is there now would be to the hooks, as a question for judge(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge.h"

struct policy;
struct sender;
struct socket_seen;

struct fate_subject {
	uint32_t uid; /* real and effective alike; ~0 unknown */
	uint32_t gid[FENCE_GROUPS + 3]; /* one more than a hook asks for */
	size_t gid_n;
	bool gids_known; /* false: it may have more */
	struct fence_exe
		exe; /* ino 0: unknown, or not to be had by a path of our mount namespace */
	uint64_t cgroup[FENCE_DEPTH + 2]; /* from the root down; one too many is too deep */
	size_t cgroup_n;
};

/* The process of a running sender that connects, below the v2 mount `cgroup_mount`. */
void fate_sender(const char *cgroup_mount, const struct sender *s, struct fate_subject *out);

/* The owner of a connection; its cgroup is the socket's. */
void fate_socket(const char *cgroup_mount, const struct socket_seen *s, struct fate_subject *out);

/* Only its cgroup, by the path below the mount: that and what it lies in; all unknown when one of them is. */
void fate_place(const char *cgroup_mount, const char *path, struct fate_subject *out);

struct judge_who fate_who(const struct fate_subject *s); /* as judge() takes it; points into s */

struct answer fate_answer(
	const struct compiled *c, const struct fate_subject *s, const struct judge_target *to);

/* What awaits it on one port, at a public address that no rule's prefix speaks of, now. */
struct fate_port {
	uint16_t port; /* host order */
	struct answer answer;
};

/* The ports that the policy has a word for, ascending as the policy's slots are. Returns their number. */
size_t fate_ports(const struct compiled *c, const struct policy *p, const struct fate_subject *s,
	struct fate_port f[FENCE_PORTS]);

/* A public address that stands for those that no rule's prefix speaks of. */
struct address fate_public(const struct policy *p);
