/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whom an exemption or block is about on this machine, now. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct exemption;
struct policy;
struct socket_seen;

struct census_ask {
	const struct policy *policy; /* in force; what it says of tenants, ports and scope */
	const struct exemption *e;
	const char *fence; /* cgroup directory that the fence is attached to */
};

struct census_count {
	size_t workloads; /* cgroups in the fence that match and are not below such a one */
	size_t processes; /* in the fence, that match */
	const char *
		first; /* path of the first of the workloads, below the v2 root; NULL none. The census's */
	bool by_cgroup,
		by_process; /* which of the two it selects by; neither: it is about targets, or all */
};

struct census;

/* 0 or -errno, said: what terms_list() says of selectors that cannot be. `ask` must outlive it. */
int census_open(const struct census_ask *ask, struct census **out);
void census_close(struct census *c); /* NULL passes */

/* 0 or -errno, said. */
int census_take(struct census *c, struct census_count *out);

/* After census_take() counted no workload: says of which selector, and what to type. Returns -ENOENT. */
int census_refuse(struct census *c);

/*
 * An open connection of theirs, to what the exemption is about: its `to` and `port`, else the ports that the policy's
 * profile blocks and the targets it speaks of. An owner that is not known for sure is none. For cut.h; `arg` is a census.
 */
bool census_has(const struct socket_seen *s, void *arg);
