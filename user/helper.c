/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The root side of a run: forked, or brought through sudo. */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "invoker.h"
#include "say.h"
#include "session.h"
#include "wire.h"

#define ANSWER_MS 100 /* between two looks whether sudo has given up */
#define ARRIVAL_MS 10000 /* from the password to our first line of code */

/* We are root: a child that shares everything but the signals. */
static int start_child(const struct plan *p, const struct invoker *who, struct helper *out)
{
	struct session_front front = { .pid = getpid(), .uid = getuid() };
	int pair[2];
	pid_t pid;
	int err = wire_pair(pair);

	if (err)
		return fail(err, "start the root side");
	pid = fork();
	if (pid < 0) {
		err = -errno;
		(void)close(pair[0]);
		(void)close(pair[1]);
		return fail(err, "start the root side");
	}
	if (!pid) {
		(void)close(pair[0]);
		front.wire = pair[1];
		_exit(session_run(&front, p, who) ? 1 : 0);
	}
	(void)close(pair[1]);
	*out = (struct helper){ .wire = pair[0], .child = pid };
	return 0;
}

/* sudo -b: it asks for the password first, then leaves the terminal to the command. */
static _Noreturn void become_sudo(const char *self, const char *name, char *const argv[])
{
	static const char *const head[] = { "sudo", "-b", "--", NULL, "run", "--helper", NULL };
	const size_t head_n = sizeof(head) / sizeof(head[0]);
	size_t n = 0;
	char **all;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	while (argv[n])
		n++;
	all = calloc(head_n + n + 1, sizeof(*all));
	if (!all || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(125);
	memcpy(all, head, sizeof(head));
	all[3] = (char *)self;
	all[head_n - 1] = (char *)name;
	memcpy(all + head_n, argv + 1, (n - 1) * sizeof(*all));
	(void)execvp("sudo", all);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Waits for the session, or for sudo to say no. 0 or -errno, silent; -EACCES: sudo refused. */
static int await(int listener, pid_t sudo, int *wire)
{
	int status = 0, left = -1, err;
	bool asked = true; /* sudo is still asking for the password: as long as it takes */

	do {
		err = wire_accept(listener, ANSWER_MS, wire);
		if (err != -ETIMEDOUT && err != -EPERM)
			break;
		if (asked && waitpid(sudo, &status, WNOHANG) == sudo) {
			asked = false;
			left = ARRIVAL_MS / ANSWER_MS;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
				return -ENOENT;
			if (!WIFEXITED(status) || WEXITSTATUS(status))
				return -EACCES;
		}
	} while (asked || left-- > 0);
	if (asked)
		(void)waitpid(sudo, NULL, 0); /* -b: it goes as soon as its child is on its way */
	return err;
}

static int start_sudo(char *const argv[], struct helper *out)
{
	char self[PATH_MAX], name[WIRE_NAME];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int listener = -1, wire = -1, err;
	pid_t pid;

	if (n < 0)
		return fail(-errno, "find our own program");
	self[n] = 0;
	err = wire_listen(&listener, name);
	if (err)
		return fail(err, "start the root side");
	pid = fork();
	if (!pid)
		become_sudo(self, name, argv);
	err = pid < 0 ? -errno : await(listener, pid, &wire);
	(void)close(listener);
	if (err == -ENOENT || err == -EACCES) {
		refuse(-EPERM, err == -ENOENT ? "a fence needs root, and sudo is not installed"
					      : "a fence needs root, and sudo did not give it");
		hint("as root: smtpfence run ...; the command then runs as root too");
		return -EPERM;
	}
	if (err)
		return fail(err, "start the root side through sudo");
	*out = (struct helper){ .wire = wire };
	return 0;
}

int helper_start(
	const struct plan *p, const struct invoker *who, char *const argv[], struct helper *out)
{
	return geteuid() ? start_sudo(argv, out) : start_child(p, who, out);
}

void helper_end(struct helper *h)
{
	if (h->wire >= 0)
		(void)close(h->wire);
	if (h->child > 0)
		(void)waitpid(h->child, NULL, 0);
	*h = (struct helper){ .wire = -1 };
}

int helper_serve(const char *name, const struct plan *p, const struct invoker *who)
{
	struct session_front front;
	int err;

	if (geteuid() || !who->change)
		return refuse(-EPERM, "--helper is for smtpfence itself, through sudo");
	err = wire_connect(name, &front.wire, &front.pid, &front.uid);
	if (err)
		return fail(err, "find who asked for a fence");
	if (front.uid != who->uid)
		err = refuse(-EPERM, "asked by uid %u, called by uid %u", front.uid, who->uid);
	else
		err = session_run(&front, p, who);
	(void)close(front.wire);
	return err;
}
