/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network namespaces of this machine, entered one by one on a thread of its own. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "say.h"

/* One pass over the processes; lives while the thread does. */
struct tour {
	const struct netns_visit *v;
	uint64_t *seen; /* inodes of namespaces entered or refused */
	size_t seen_n;
	size_t skipped;
	bool hidden; /* some process's namespace may not be read */
	int err;
};

static bool seen(const struct tour *t, uint64_t inode)
{
	for (size_t i = 0; i < t->seen_n; i++)
		if (t->seen[i] == inode)
			return true;
	return false;
}

static int remember(struct tour *t, uint64_t inode)
{
	uint64_t *more;

	/* A power of two is full: twice as much. */
	if (!(t->seen_n & (t->seen_n - 1))) {
		more = reallocarray(t->seen, t->seen_n ? t->seen_n * 2 : 1, sizeof(*more));
		if (!more)
			return fail(-ENOMEM, "list the network namespaces");
		t->seen = more;
	}
	t->seen[t->seen_n++] = inode;
	return 0;
}

/* A process that is gone, or a zombie (it has no namespace any more), is nobody's hole. */
static bool vanished(int err)
{
	return err == ENOENT || err == ESRCH;
}

static int tour_process(pid_t pid, void *arg)
{
	struct tour *t = arg;
	char path[64];
	struct stat st;
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (stat(path, &st)) {
		t->hidden |= !vanished(errno);
		return 0;
	}
	if (seen(t, st.st_ino))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		t->hidden |= !vanished(errno);
		return 0;
	}
	/* The pid may be another process by now: what was opened is what is entered. */
	if (!fstat(fd, &st) && !seen(t, st.st_ino)) {
		err = remember(t, st.st_ino);
		if (!err && setns(fd, CLONE_NEWNET))
			t->skipped++;
		else if (!err)
			err = t->v->visit(st.st_ino, t->v->arg);
	}
	close(fd);
	return err;
}

/* Our own needs no right to enter. */
static int tour_own(struct tour *t)
{
	struct stat st;
	int err;

	if (stat("/proc/thread-self/ns/net", &st))
		return fail(-errno, "read /proc/thread-self/ns/net");
	err = remember(t, st.st_ino);
	return err ? err : t->v->visit(st.st_ino, t->v->arg);
}

static void *tour_run(void *arg)
{
	struct tour *t = arg;

	t->err = tour_own(t);
	if (!t->err)
		t->err = process_each(tour_process, t);
	return NULL;
}

int netns_each(const struct netns_visit *v, size_t *skipped)
{
	struct tour t = { .v = v };
	sigset_t all, before;
	pthread_t thread;
	int err;

	/* Signals are for the caller's thread, which is in the right namespace. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&thread, NULL, tour_run, &t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return fail(-err, "start a thread to enter network namespaces");
	pthread_join(thread, NULL);
	free(t.seen);
	if (!t.err)
		*skipped = t.skipped + t.hidden;
	return t.err;
}
