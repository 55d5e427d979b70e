/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the front of a run (the user's side) and its root side say to each other, over one socket. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

enum wire_kind {
	WIRE_HELLO = 1, /* front: the command waits; value: its pid; text: the data directory */
	WIRE_READY, /* root: it stands inside the fence */
	WIRE_FAILED, /* root: already said why; value: our exit status */
	WIRE_WENT, /* front: it was let go; value: 0, or -errno of its exec */
	WIRE_ENDED, /* front: value: its wait status */
	WIRE_INTERRUPT, /* front: end what it left running */
	WIRE_DONE, /* root: reported, nothing is left; value: attempts, at most INT32_MAX */
};

enum wire_fd {
	WIRE_STDERR,
	WIRE_POLICY, /* a file that holds the policy's text from its start */
	WIRE_OUTPUT, /* -o FILE */
	WIRE_LAST, /* the record for `report` */
	WIRE_FDS,
};

#define WIRE_SOCKET_PASSED 1 /* flag of HELLO: the command was given a TCP socket */

struct wire_message {
	uint8_t kind; /* enum wire_kind */
	int32_t value;
	uint32_t flags;
	int fd[WIRE_FDS]; /* -1: none. Received ones are the caller's */
	char text[4096];
};

#define WIRE_NAME 32

/* A connected pair. 0 or -errno, silent; as all here. */
int wire_pair(int pair[2]);

/* Listens under an abstract name that the kernel chose; `name` gets it as text for an argument. */
int wire_listen(int *fd, char name[WIRE_NAME]);

/* Takes a connection from a process of root; anyone else's is closed. -ETIMEDOUT after ms. */
int wire_accept(int listener, int ms, int *fd);

/* Connects; *peer and *uid: who listens there. */
int wire_connect(const char *name, int *fd, pid_t *peer, uid_t *uid);

int wire_send(int fd, const struct wire_message *m);
int wire_say(int fd, enum wire_kind kind, int32_t value); /* one without text and descriptors */

/* The next one. -EPIPE when the other side is gone, -EBADMSG when it is none of ours. */
int wire_receive(int fd, struct wire_message *m);
