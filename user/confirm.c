/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "confirm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "probation.h"
#include "raise.h"
#include "say.h"
#include "state.h"

#define BUSY_TRIES 60 /* a second each, while another change holds the lock */

static void go_back(const char *dir)
{
	const struct timespec pause = { .tv_sec = 1 };
	char *said = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&said, &n);
	int err = -EBUSY;

	say_to(to);
	for (int i = 0; err == -EBUSY && i < BUSY_TRIES; i++) {
		if (i)
			(void)nanosleep(&pause, NULL);
		err = raise_back(dir);
	}
	if (to)
		fflush(to);
	openlog("smtpfence", LOG_PID, LOG_DAEMON);
	if (err)
		syslog(LOG_ERR, "the change was not confirmed, and could not be taken back: %s",
			said ? said : "");
	else
		syslog(LOG_WARNING, "the change was not confirmed in time and was taken back");
	if (!err)
		(void)probation_remove(dir); /* or it went with the fence */
	say_to(NULL);
	if (to)
		fclose(to);
	free(said);
}

/* A scope that ends with its session, as systemd's may, must not end who waits. */
static void leave_session(void)
{
	char *mount = NULL;

	if (!cgroup_mount(&mount))
		(void)cgroup_move(mount, 0);
	free(mount);
}

static void wait_and_see(const char *dir, uint64_t until_ns)
{
	const struct timespec until = { .tv_sec = until_ns / 1000000000,
		.tv_nsec = until_ns % 1000000000 };
	struct probation now;

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
	if (!probation_look(dir, &now) && now.pid == getpid())
		go_back(dir);
}

/* In the process that is to wait; it reports to `ready` once it is written down. */
__attribute__((noreturn)) static void waiter(const char *dir, uint64_t until_ns, int ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), err;

	say_to(NULL);
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	(void)dup2(ready, 3);
	(void)close_range(4, ~0U, 0);
	(void)chdir("/");
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)prctl(PR_SET_NAME, "smtpfence-wait");
	leave_session();
	err = probation_write(dir, until_ns);
	(void)!write(3, &err, sizeof(err));
	(void)close(3);
	if (!err)
		wait_and_see(dir, until_ns);
	_exit(0);
}

static int start_waiter(const char *dir, uint64_t until_ns)
{
	int ready[2], err = -EIO, status;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		(void)setsid();
		if (!fork())
			waiter(dir, until_ns, ready[1]);
		_exit(0);
	}
	close(ready[1]);
	if (pid < 0)
		err = -errno;
	else if (read(ready[0], &err, sizeof(err)) != sizeof(err))
		err = -EIO;
	close(ready[0]);
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	return err;
}

static void end_waiter(const struct probation *p)
{
	if (p->pid)
		(void)kill(p->pid, SIGTERM);
}

int confirm_begin(const char *dir, uint64_t seconds)
{
	struct probation before;
	int err = probation_look(dir, &before);

	if (err && err != -ENOENT)
		return err;
	if (err)
		err = state_keep(dir);
	else
		end_waiter(&before);
	if (err)
		return err;
	err = start_waiter(dir, probation_now() + seconds * 1000000000ULL);
	return err ? fail(err, "wait for the confirmation") : 0;
}

int confirm_end(const char *dir)
{
	struct probation p;
	int err = probation_look(dir, &p);

	if (err)
		return err == -ENOENT ? 0 : err;
	err = probation_remove(dir);
	if (err)
		return err;
	end_waiter(&p);
	return state_forget(dir);
}
