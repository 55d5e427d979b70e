/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where real sockets meet the hooks: a network namespace and a cgroup of this process's own. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cgroup.h"
#include "counts.h"
#include "kernel.h"
#include "lib/plain.h"

struct stage {
	char *mount, *home, *dir; /* the v2 tree; where we came from; our own cgroup */
	struct kernel *k;
	int maps[MAP_COUNT];
	int link[HOOK_COUNT];
	struct ring_buffer *ring;
	struct fence_attempt attempt; /* the last one told */
	struct fence_outcome outcome;
	unsigned attempts;
};

static unsigned tests, failures;

static inline void result(bool good, const char *name, const char *detail)
{
	tests++;
	failures += !good;
	printf("%sok %u - %s%s%s\n", good ? "" : "not ", tests, name, *detail ? " # " : "", detail);
}

/*
 * Nobody is there, but packets leave: both ends of the wire are here, and one neighbour has an address, since what
 * waits for its neighbour is not sent again.
 */
static inline bool stage_open(struct stage *s)
{
	char name[64];

	memset(s, 0, sizeof(*s));
	snprintf(name, sizeof(name), "smtpfence-test-%d", getpid());
	return !unshare(CLONE_NEWNET) &&
	       !system("ip link set lo up && ip link add fence0 type veth peer name fence1 && "
		       "ip addr add 192.0.2.1/24 dev fence0 && ip link set fence0 up && "
		       "ip link set fence1 up && ip -6 addr add 2001:db8::1/64 dev fence0 nodad && "
		       "ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev fence0 && "
		       "ip route add default dev fence0 && ip -6 route add default dev fence0") &&
	       !cgroup_mount(&s->mount) && !cgroup_of(0, &s->home) &&
	       !cgroup_create(s->mount, name, &s->dir) && !cgroup_move(s->dir, 0);
}

static inline int stage_told(void *arg, void *data, size_t size)
{
	const struct fence_record *r = data;
	struct stage *s = arg;

	if (r->kind == RECORD_ATTEMPT && size >= sizeof(s->attempt)) {
		memcpy(&s->attempt, data, sizeof(s->attempt));
		s->attempts++;
	}
	if (r->kind == RECORD_OUTCOME && size >= sizeof(s->outcome))
		memcpy(&s->outcome, data, sizeof(s->outcome));
	return 0;
}

/* Puts up a fence with this policy. */
static inline bool stage_begin(struct stage *s, const struct plain *p)
{
	struct kernel_options o = { .outcomes = true };

	for (int h = 0; h < HOOK_COUNT; h++)
		s->link[h] = -1;
	s->attempts = 0;
	if (kernel_load(&p->c, &o, &s->k))
		return false;
	for (int m = 0; m < MAP_COUNT; m++)
		s->maps[m] = kernel_map_fd(s->k, m);
	for (int h = 0; h < HOOK_COUNT; h++)
		if (kernel_uses(s->k, h) && kernel_attach(s->k, h, s->dir, &s->link[h]))
			return false;
	s->ring = ring_buffer__new(s->maps[MAP_EVENTS], stage_told, s, NULL);
	return s->ring && !kernel_arm(s->maps[MAP_STATE]);
}

/* Takes it down, once its counters have been looked at. */
static inline void stage_end(struct stage *s)
{
	struct fence_cursor read = {};
	__u32 zero = 0;
	struct counts c;

	ring_buffer__poll(s->ring, 0);
	read.last[0].attempts = s->attempts;
	bpf_map_update_elem(s->maps[MAP_CURSOR], &zero, &read, BPF_ANY);
	result(!counts_read(s->maps, &c) && !counts_check(&c), "the counters obey their laws", "");
	for (int h = 0; h < HOOK_COUNT; h++)
		if (s->link[h] >= 0)
			close(s->link[h]);
	ring_buffer__free(s->ring);
	kernel_close(s->k);
	s->ring = NULL;
	s->k = NULL;
}

static inline void stage_close(struct stage *s)
{
	char home[4096];

	snprintf(home, sizeof(home), "%s%s", s->mount ? s->mount : "", s->home ? s->home : "");
	if (s->dir && (cgroup_move(home, 0) || cgroup_remove(s->dir)))
		result(false, "leave the cgroup", s->dir);
	free(s->mount);
	free(s->home);
	free(s->dir);
}

static inline __u64 stage_count(const struct stage *s, __u8 verdict, __u8 hook, __u8 reason)
{
	struct counts c;

	return counts_read(s->maps, &c) ? 0 : c.slot[FENCE_SLOT(verdict, hook, reason)];
}

/* What connect() says of "203.0.113.1" or "2001:db8::1", at once: EINPROGRESS when it was let through. */
static inline int stage_connect(int fd, const char *to, __u16 port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int err;

	if (inet_pton(AF_INET, to, &v4.sin_addr) == 1)
		err = connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	else if (inet_pton(AF_INET6, to, &v6.sin6_addr) == 1)
		err = connect(fd, (struct sockaddr *)&v6, sizeof(v6));
	else
		return EINVAL;
	return err ? errno : 0;
}

static inline int stage_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A new socket's connect(); the socket ends with it. */
static inline int stage_try(const char *to, __u16 port)
{
	int fd = stage_socket(strchr(to, ':') ? AF_INET6 : AF_INET);
	int err = fd < 0 ? errno : stage_connect(fd, to, port);

	close(fd);
	return err;
}
