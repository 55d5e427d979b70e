/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user's side of a run: the command's parent, and nothing that needs root. */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blind.h"
#include "helper.h"
#include "invoker.h"
#include "last.h"
#include "launch.h"
#include "plan.h"
#include "policy.h"
#include "say.h"
#include "wire.h"

struct front {
	const struct plan *plan;
	const struct invoker *who;
	struct helper helper;
	struct launch *command;
	struct last *last;
	int fd[WIRE_FDS]; /* for the root side */
	bool ended; /* the command */
	int interrupted; /* signal that came before there was a command to send it to */
	int wait_status;
};

/* His file, opened with his rights; a link or /dev/stdout is his to name. */
static int open_output(struct front *f)
{
	const char *path = f->plan->output;
	int err;

	if (!path)
		return 0;
	err = invoker_enter(f->who);
	if (err)
		return err;
	f->fd[WIRE_OUTPUT] = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	if (f->fd[WIRE_OUTPUT] < 0)
		err = fail(-errno, "open %s", path);
	invoker_leave(f->who);
	return err;
}

/* What can be wrong with the request is said before anyone types a password. */
static int prepare(struct front *f)
{
	struct policy *policy = NULL;
	int err = plan_text(f->plan, &f->fd[WIRE_POLICY]);

	if (!err)
		err = plan_policy(f->plan, f->fd[WIRE_POLICY], &policy);
	policy_free(policy);
	if (!err)
		err = open_output(f);
	if (err)
		return err;
	f->fd[WIRE_STDERR] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (f->fd[WIRE_STDERR] < 0)
		f->fd[WIRE_STDERR] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (f->fd[WIRE_STDERR] < 0)
		return fail(-errno, "open /dev/null");
	if (!last_begin(f->who, &f->last))
		f->fd[WIRE_LAST] = fcntl(last_fd(f->last), F_DUPFD_CLOEXEC, 3);
	return 0;
}

static int introduce(struct front *f)
{
	struct wire_message m = { .kind = WIRE_HELLO, .value = launch_pid(f->command) };
	const char *data = getenv("SMTPFENCE_DATA");
	int err;

	if (data && strlen(data) >= sizeof(m.text))
		return refuse(-ENAMETOOLONG, "SMTPFENCE_DATA is too long");
	(void)snprintf(m.text, sizeof(m.text), "%s", data ? data : "");
	if (blind_socket_passed())
		m.flags |= WIRE_SOCKET_PASSED;
	memcpy(m.fd, f->fd, sizeof(m.fd));
	err = wire_send(f->helper.wire, &m);
	return err ? fail(err, "speak to the root side") : 0;
}

/* Collects the command when it has ended and passes that on. */
static void collect(struct front *f)
{
	if (f->ended || launch_poll(f->command, &f->wait_status) <= 0)
		return;
	f->ended = true;
	(void)wire_say(f->helper.wire, WIRE_ENDED, f->wait_status); /* it is gone: seen by poll() */
}

/*
 * The terminal sends SIGINT and SIGQUIT to the command as well, the rest we pass on. When only what it
 * left behind runs, all of them mean: end that.
 */
static void take_signals(struct front *f, bool running)
{
	int signal;

	while ((signal = launch_signal(f->command))) {
		if (signal == SIGCHLD)
			continue;
		if (!running)
			f->interrupted = signal;
		else if (f->ended)
			(void)wire_say(f->helper.wire, WIRE_INTERRUPT, 0);
		else if (signal == SIGTERM || signal == SIGHUP)
			(void)kill(launch_pid(f->command), signal);
	}
	if (running)
		collect(f);
}

/* Waits for a word from the root side; meanwhile signals. 0, or -errno. */
static int await(struct front *f, bool running, struct wire_message *m)
{
	struct pollfd p[] = {
		{ .fd = launch_fd(f->command), .events = POLLIN },
		{ .fd = f->helper.wire, .events = POLLIN },
	};

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue; /* EINTR, after a stop */
		if (p[0].revents)
			take_signals(f, running);
		if (f->interrupted)
			return -EINTR;
		if (p[1].revents)
			return wire_receive(f->helper.wire, m);
	}
}

/* Lets the command go. 0, or the exit status that means that it did not. */
static int let_go(struct front *f)
{
	int err = launch_go(f->command);

	(void)wire_say(f->helper.wire, WIRE_WENT, err); /* gone: seen by the next poll() */
	if (!err)
		return 0;
	fail(err, "run %s", f->plan->command[0]);
	return err == -ENOENT ? PLAN_NOT_FOUND : PLAN_NOT_EXECUTABLE;
}

/* The fence fell while the command ran: it goes on, and we must not look as if all were well. */
static int fallen(struct front *f)
{
	struct pollfd p = { .fd = launch_fd(f->command), .events = POLLIN };

	if (!f->ended)
		say("the root side was killed: no fence any more around %s, and no report",
			f->plan->command[0]);
	while (!f->ended)
		if (poll(&p, 1, -1) > 0)
			take_signals(f, true);
	return PLAN_FAILED;
}

static int follow(struct front *f)
{
	struct wire_message m = { 0 };
	int err = await(f, false, &m);
	int status;

	if (err == -EINTR)
		return 128 + f->interrupted;
	if (err)
		fail(err, "hear from the root side");
	if (err || m.kind != WIRE_READY)
		return !err && m.kind == WIRE_FAILED && m.value > 0 ? m.value : PLAN_FAILED;
	status = let_go(f);
	err = await(f, true, &m);
	if (status)
		return status;
	if (err)
		return fallen(f);
	if (m.kind != WIRE_DONE)
		return PLAN_FAILED;
	(void)last_commit(f->last); /* a note, said there */
	collect(f);
	status = launch_exit_status(f->wait_status);
	return !status && f->plan->exit_code && m.value > 0 ? PLAN_FINDINGS : status;
}

static int run(struct front *f, char *const argv[])
{
	int err = prepare(f);

	if (err)
		return PLAN_FAILED;
	err = helper_start(f->plan, f->who, argv, &f->helper);
	if (err)
		return err == -EPERM ? PLAN_UNABLE : PLAN_FAILED;
	err = launch_hold(f->plan->command, f->who, &f->command);
	if (!err)
		err = introduce(f);
	return err ? PLAN_FAILED : follow(f);
}

int front_run(const struct plan *p, const struct invoker *who, char *const argv[])
{
	struct front f = { .plan = p, .who = who, .helper = { .wire = -1 } };
	int status;

	memset(f.fd, -1, sizeof(f.fd));
	status = run(&f, argv);
	launch_close(f.command);
	helper_end(&f.helper);
	last_close(f.last);
	for (int i = 0; i < WIRE_FDS; i++)
		if (f.fd[i] >= 0)
			(void)close(f.fd[i]);
	return status;
}
