/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "job.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

void job_want(struct job *j, enum job_kind kind)
{
	j->wanted[kind] = true;
}

/* In a flood of reasons to arm anew, further and further apart. */
static void put_off(struct job *j, uint64_t now_ms)
{
	if (!j->wait_ms || now_ms > j->not_before_ms + JOB_LAST_MS)
		j->wait_ms = JOB_FIRST_MS;
	else if (j->wait_ms < JOB_LAST_MS / 2)
		j->wait_ms *= 2;
	else
		j->wait_ms = JOB_LAST_MS;
	j->not_before_ms = now_ms + j->wait_ms;
}

int job_start(struct job *j, uint64_t now_ms, int (*run)(enum job_kind kind, void *arg), void *arg)
{
	enum job_kind kind = j->wanted[JOB_RELOAD] ? JOB_RELOAD : JOB_AGAIN;
	sigset_t none;
	pid_t child;

	if (j->child || !j->wanted[kind] || (kind == JOB_AGAIN && now_ms < j->not_before_ms))
		return 0;
	child = fork();
	if (child < 0)
		return fail(-errno, "start a process that arms the fence");
	if (!child) {
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		_exit(run(kind, arg) ? 1 : 0);
	}
	put_off(j, now_ms);
	j->child = child;
	j->kind = kind;
	j->wanted[JOB_AGAIN] = j->wanted[JOB_RELOAD] = false;
	return 0;
}

uint64_t job_next(const struct job *j)
{
	if (j->child)
		return UINT64_MAX;
	if (j->wanted[JOB_RELOAD])
		return 0;
	return j->wanted[JOB_AGAIN] ? j->not_before_ms : UINT64_MAX;
}

static bool reap(struct job *j, int how, enum job_kind *kind, bool *done)
{
	int status;

	if (!j->child || waitpid(j->child, &status, how) != j->child)
		return false;
	*kind = j->kind;
	*done = WIFEXITED(status) && !WEXITSTATUS(status);
	j->child = 0;
	if (!*done && *kind == JOB_AGAIN)
		job_want(j, JOB_AGAIN);
	return true;
}

bool job_ended(struct job *j, enum job_kind *kind, bool *done)
{
	return reap(j, WNOHANG, kind, done);
}

void job_finish(struct job *j)
{
	enum job_kind kind;
	bool done;

	while (j->child && !reap(j, 0, &kind, &done))
		if (errno != EINTR)
			j->child = 0;
}
