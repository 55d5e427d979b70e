/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mail servers and sendmail stand-ins of this machine, running or installed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sender {
	const char *name; /* "Postfix", "Exim", "msmtp": static */
	char *exe; /* of the process, or where it is installed */
	pid_t pid; /* 0: installed, not running */
	uint32_t uid; /* of the process */
	char *cgroup; /* v2 path of the process; NULL when not running */
	bool queues; /* delivers later, from a process of its own: a command under `run` only hands over */
};

/* Sorted by name. Free with senders_free(). 0 or -errno, said. */
int senders_find(struct sender **out, size_t *n);
void senders_free(struct sender *s, size_t n);

/* The name of the mail server an executable belongs to ("Postfix" for /usr/lib/postfix/sbin/smtp); NULL. */
const char *senders_name(const char *exe);
