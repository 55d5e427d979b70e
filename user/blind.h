/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a fence on one command's cgroup cannot see, recognised and put in words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct incidents;

/* What `run` knew before it began. */
struct blind_before {
	char *const *argv; /* the command */
	bool socket_passed; /* blind_socket_passed(), asked where the command starts */
};

/* True when some descriptor that a child would inherit (not CLOEXEC) is a TCP socket to connect with. */
bool blind_socket_passed(void);

/* We run inside a container: its manager left its mark. */
bool blind_container(void);

/*
 * The program that a command line runs, without path, behind env, nohup, nice, sudo and the like. Points
 * into argv; NULL when there is none.
 */
const char *blind_program(char *const *argv);

/*
 * Lines for the report's `blind to`, most telling first: the command itself goes elsewhere (docker,
 * podman, kubectl, systemctl, systemd-run, sendmail to a local MTA, at, crontab, ssh), it spoke to a
 * mail server on loopback, a socket was passed in, a mail server runs here. Always at least one line.
 * Free each and the array. 0 or -ENOMEM.
 */
int blind_lines(
	const struct blind_before *b, const struct incidents *seen, char ***lines, size_t *n);
