/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to a port that try25 knows, and what they share. */
#pragma once

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

/* What a try came to: 0 connected (or the packet was taken), a positive errno, or one of these. */
#define TRY_SILENT (-1) /* nothing came back within patience */
#define TRY_SKIP (-2) /* this kernel cannot do it */
#define TRY_BROKEN (-3) /* the way itself failed, already said */

#define PATIENCE_MS 700 /* less than the first retransmit of a SYN, so that a try is one SYN */
#define SIMULTANEOUS_PORT 40025 /* source port that both sides of simultaneous_open agree on */

struct aim {
	int family; /* of the address as it was given */
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to;
	socklen_t bytes;
	const char *address; /* as typed, to hand on */
	const char *port;
	long count; /* 0 unless given */
};

struct way {
	const char *name;
	int family; /* the address it needs; AF_UNSPEC: either */
	int (*try)(const struct aim *a);
};

extern const struct way socket_ways[], option_ways[], raw_ways[], group_ways[],
	crowd_ways[]; /* end: no name */

/* Connects, waits for PATIENCE_MS at most, closes fd. A negative fd is -errno of making it. */
int try_connect(int fd, const struct sockaddr *to, socklen_t bytes);
int try_socket(
	const struct aim *a, int protocol); /* stream socket of the aim's family, or -errno */
int try_broken(const char *what); /* says errno; TRY_BROKEN */

/* One plain try, in this process, and in one that was just executed. */
int try_plain(const struct aim *a);
int try_executed(const struct aim *a, const char *tag, int *pid);

int try_uring(const struct aim *a);

/* "EPERM", "ok", "SILENT". */
const char *try_name(int result);

/* A tally of results that processes can share. */
#define TALLY_SLOTS 256 /* results from TRY_BROKEN up */
struct tally {
	uint64_t of[TALLY_SLOTS];
};
void tally_add(struct tally *t, int result);
void tally_print(const struct tally *t);
