/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A command held at the gate: fork now, execute when the fence stands. */
#include "launch.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "invoker.h"
#include "say.h"

struct launch {
	pid_t pid;
	int gate; /* socket: we write: go; it writes errno of a failed exec; end of file: it runs */
	int signals;
	sigset_t before; /* signal mask to give back */
	bool deaf; /* SIGCHLD was ignored when we came: to be so again in the command */
	bool gone; /* let go */
	bool collected;
	int status;
};

static void shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* sockets: nothing is lost */
	*fd = -1;
}

static ssize_t read_all(int fd, void *to, size_t n)
{
	ssize_t got;

	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* The child: what cannot be done is told as a number, since stderr is the command's. */
static _Noreturn void wait_at_gate(
	const struct launch *l, char *const argv[], const struct invoker *who, int gate)
{
	char go;
	int err;

	if (read_all(gate, &go, 1) != 1)
		_exit(125);
	err = invoker_become(who);
	if (!err) {
		if (l->deaf)
			(void)signal(SIGCHLD, SIG_IGN);
		(void)sigprocmask(SIG_SETMASK, &l->before, NULL);
		(void)execvp(argv[0], argv);
		err = -errno;
	}
	(void)send(gate, &err, sizeof(err), MSG_NOSIGNAL); /* nobody left to hear it: no matter */
	_exit(127);
}

static int block_signals(struct launch *l)
{
	static const int which[] = { SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++)
		(void)sigaddset(&set, which[i]);
	if (sigprocmask(SIG_BLOCK, &set, &l->before))
		return -errno;
	l->deaf = signal(SIGCHLD, SIG_DFL) == SIG_IGN; /* ignored, no child could be collected */
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return l->signals < 0 ? -errno : 0;
}

static int start(struct launch *l, char *const argv[], const struct invoker *who)
{
	int gate[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate))
		return -errno;
	l->gate = gate[0];
	l->pid = fork();
	if (!l->pid) {
		shut(&l->gate);
		wait_at_gate(l, argv, who, gate[1]);
	}
	shut(&gate[1]);
	return l->pid < 0 ? -errno : 0;
}

int launch_hold(char *const argv[], const struct invoker *who, struct launch **out)
{
	struct launch *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return fail(-ENOMEM, "start %s", argv[0]);
	l->pid = l->gate = l->signals = -1;
	(void)sigprocmask(SIG_BLOCK, NULL, &l->before);
	err = block_signals(l);
	if (!err)
		err = start(l, argv, who);
	if (err) {
		launch_close(l);
		return fail(err, "start %s", argv[0]);
	}
	*out = l;
	return 0;
}

pid_t launch_pid(const struct launch *l)
{
	return l->pid;
}

int launch_go(struct launch *l)
{
	int err = 0;
	ssize_t n;

	if (send(l->gate, "g", 1, MSG_NOSIGNAL) != 1)
		return -errno;
	l->gone = true;
	n = read_all(l->gate, &err, sizeof(err));
	if (n < 0 && errno != ECONNRESET) /* killed with our byte unread: launch_poll() says so */
		err = -errno;
	shut(&l->gate);
	return err;
}

int launch_fd(const struct launch *l)
{
	return l->signals;
}

int launch_signal(struct launch *l)
{
	struct signalfd_siginfo s;

	return read_all(l->signals, &s, sizeof(s)) == sizeof(s) ? (int)s.ssi_signo : 0;
}

int launch_poll(struct launch *l, int *wait_status)
{
	pid_t pid;

	if (!l->collected) {
		pid = waitpid(l->pid, &l->status, WNOHANG);
		if (pid < 0)
			return -errno;
		if (!pid)
			return 0;
		l->collected = true;
	}
	*wait_status = l->status;
	return 1;
}

int launch_exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

void launch_close(struct launch *l)
{
	if (!l)
		return;
	shut(&l->gate);
	if (l->pid > 0 && !l->gone && !l->collected)
		(void)waitpid(l->pid, NULL, 0); /* the closed gate ends it */
	while (l->signals >= 0 && launch_signal(l))
		; /* what still waits was meant for the command */
	shut(&l->signals);
	(void)sigprocmask(SIG_SETMASK, &l->before, NULL);
	free(l);
}
