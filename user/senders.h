/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mail servers and sendmail stand-ins of this machine, running or installed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One of a kind and cgroup, however many processes it has. */
struct sender {
	const char *name; /* "Postfix", "Exim", "msmtp": static */
	char *exe; /* of its oldest process, in that one's mount namespace; or where it is installed */
	char *client; /* of the process that connects: "/usr/lib/postfix/sbin/smtp"; often the same */
	pid_t pid; /* its oldest process; 0: installed, not running */
	uint32_t uid; /* of that process */
	uint32_t client_uid; /* of the process that connects, as far as its running helpers tell */
	uint64_t start_ns; /* of pid; 0 not running */
	char *cgroup; /* v2 path of pid; NULL when not running */
	bool queues; /* delivers later, from a process of its own: a command under `run` only hands over */
};

/* Sorted by name, then pid. Free with senders_free(). 0 or -errno, said. */
int senders_find(struct sender **out, size_t *n);
void senders_free(struct sender *s, size_t n);

/*
 * The name of the mail server an executable belongs to ("Postfix" for /usr/lib/postfix/sbin/smtp), NULL
 * when it is none. "sendmail": the program of that name, which several mail servers bring.
 */
const char *senders_name(const char *exe);
