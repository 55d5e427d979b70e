/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "daemon.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "asked.h"
#include "cgroup.h"
#include "exewatch.h"
#include "follow.h"
#include "job.h"
#include "keeper.h"
#include "latch.h"
#include "living.h"
#include "notify.h"
#include "raise.h"
#include "refresh.h"
#include "say.h"
#include "signals.h"
#include "vain.h"

#define NEVER UINT64_MAX
#define SOON_MS 2000 /* another change may be on its way */
#define SCAN_MS 1000 /* between two looks at all cgroups, in a flood of them */
#define LATER_MS 10000 /* after a failure */
#define NAMES_MS 60000
#define CHECK_MS                                                                                   \
	60000 /* for what no watch tells: directories that came, a change that was cut off */

enum source { SIGNALS, ASKED, CGROUPS, EXES, NAMES, SOURCES };

struct daemon {
	const char *state;
	char *mount;
	int lock, signals, asked;
	bool quit;
	struct job job;
	struct follow *follow;
	/* Of the policy in force; NULL: none is. */
	struct keeper *keeper;
	struct exewatch *exes;
	struct refresh *names;
	/* When what is to be done, by now_ms(). */
	uint64_t attend_ms, names_ms, check_ms, scan_ms;
	bool lost; /* some cgroups: all are to be looked at, from scan_ms on */
	unsigned stale; /* times in succession that the kernel was about other terms */
	struct vain vain_exes, vain_names; /* that were not in force */
};

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/* What comes of a step: without room the fence is armed anew; what failed otherwise, and was said, is begun anew. */
static void cope(struct daemon *d, int err)
{
	if (err == -ENOSPC)
		job_want(&d->job, JOB_AGAIN);
	else if (err)
		d->attend_ms = now_ms() + LATER_MS;
}

/* ---- cgroups ---- */

static void on_made(uint64_t id, const char *path, void *arg)
{
	struct daemon *d = arg;

	if (d->keeper)
		cope(d, keeper_made(d->keeper, id, path, now_ms()));
}

static void on_gone(uint64_t id, const char *path, void *arg)
{
	struct daemon *d = arg;

	if (d->keeper)
		cope(d, keeper_gone(d->keeper, id, path));
}

static void on_lost(void *arg)
{
	struct daemon *d = arg;

	note("cgroups came and went faster than they could be followed: looking at all of them");
	d->lost = true;
}

static int follow_all(struct daemon *d)
{
	const struct follow_handler on = { on_made, on_gone, on_lost, d };
	int err = 0;

	if (!keeper_needed(d->keeper)) {
		follow_close(d->follow);
		d->follow = NULL;
		return 0;
	}
	if (!d->follow) {
		err = follow_open(d->mount, &on, &d->follow);
		if (!err && !follow_by_kernel(d->follow))
			note("the kernel does not tell of cgroups here: watching their directories");
	}
	return err ?: keeper_scan(d->keeper, now_ms());
}

/* ---- executables ---- */

static int on_exe(const struct exewatch_change *c, void *arg)
{
	struct daemon *d = arg;
	struct living *l = keeper_living(d->keeper);
	bool known = living_has_exe(l, &c->fresh);
	int err = -ENOSPC; /* only arming anew sorts out which terms are about which file */

	if (!c->old.ino) { /* the first look since we took up what is in force */
		if (!known)
			vain_miss(&d->vain_exes, &c->fresh, sizeof(c->fresh));
		return 0;
	}
	note("%s is another file now", c->path);
	if (!known && !c->shared)
		err = living_exe(l, &c->old, &c->fresh);
	cope(d, err == -ENOENT ? -ENOSPC : err);
	return 0;
}

/* ---- names ---- */

static bool name_knows(const struct address *a, size_t term, void *arg)
{
	struct daemon *d = arg;

	if (living_to(keeper_living(d->keeper), a, term))
		return true;
	vain_miss(&d->vain_names, a, sizeof(*a));
	return false;
}

static void take_names(struct daemon *d)
{
	const struct refresh_force f = { .knows = name_knows, .arg = d, .now_ms = now_ms() };
	bool stale = false;

	if (refresh_take(d->names, &f, &stale) || !stale)
		return;
	if (vain_news(&d->vain_names) || !d->vain_names.tried) /* or an address is none any more */
		job_want(&d->job, JOB_AGAIN);
}

/* ---- the policy in force ---- */

static void release(struct daemon *d)
{
	refresh_close(d->names);
	exewatch_close(d->exes);
	keeper_close(d->keeper);
	d->names = NULL;
	d->exes = NULL;
	d->keeper = NULL;
}

static int open_watches(struct daemon *d)
{
	const struct terms *t = keeper_terms(d->keeper);
	int err = exewatch_open(t, &d->exes);

	if (!err && refresh_open(t, &d->names))
		err = fail(-ENOMEM, "follow names");
	err = err ?: exewatch_read(d->exes, on_exe, d);
	if (!err && vain_news(&d->vain_exes))
		job_want(&d->job, JOB_AGAIN);
	return err;
}

/*
 * Takes up what is in force now. In the kernel may be another list of terms than the one that follows from
 * policy and exemptions: an exemption has expired since, or we came between two steps of a change.
 */
static void attend(struct daemon *d)
{
	int err;

	release(d);
	d->attend_ms = NEVER;
	err = keeper_open(d->state, d->mount, &d->keeper);
	if (err == -ESTALE) {
		if (d->stale++)
			job_want(&d->job, JOB_AGAIN);
		d->attend_ms = now_ms() + SOON_MS;
		return;
	}
	d->stale = 0;
	d->check_ms = now_ms() + CHECK_MS;
	if (err == -ENOENT) {
		follow_close(d->follow);
		d->follow = NULL;
		(void)notify_send("STATUS=no fence is up"); /* of no weight */
		return;
	}
	err = err ?: follow_all(d);
	if (!err || err == -ENOSPC)
		err = open_watches(d) ?: err;
	(void)malloc_trim(0); /* what a policy's text and many files took for a moment */
	cope(d, err);
	(void)notify_send(err ? "STATUS=trying again" : "STATUS=following"); /* of no weight */
}

/* ---- what comes in ---- */

static int change_fence(enum job_kind kind, void *arg)
{
	const char *state = arg;

	return kind == JOB_RELOAD ? raise_reload(state) : raise_again(state);
}

static void take_signals(struct daemon *d)
{
	enum job_kind kind;
	bool done;
	int signal;

	while ((signal = signals_take(d->signals))) {
		if (signal == SIGHUP) {
			job_want(&d->job, JOB_RELOAD);
			(void)notify_reloading(); /* of no weight */
		} else if (signal != SIGCHLD) {
			d->quit = true;
		}
	}
	if (job_ended(&d->job, &kind, &done) && kind == JOB_RELOAD)
		(void)notify_send(
			done ? "READY=1"
			     : "READY=1\nSTATUS=the file was refused, nothing has changed");
}

static void take_cgroups(struct daemon *d)
{
	if (!follow_read(d->follow))
		return;
	follow_close(d->follow); /* and anew with the next attend() */
	d->follow = NULL;
	d->attend_ms = now_ms() + LATER_MS;
}

static void take(struct daemon *d, enum source s)
{
	if (s == SIGNALS)
		take_signals(d);
	else if (s == ASKED)
		d->attend_ms = asked_changed(d->asked) ? 0 : d->attend_ms;
	else if (s == CGROUPS)
		take_cgroups(d);
	else if (s == EXES)
		cope(d, exewatch_read(d->exes, on_exe, d));
	else
		take_names(d);
}

/* ---- what is due ---- */

static void scan(struct daemon *d)
{
	d->lost = false;
	if (d->keeper)
		cope(d, keeper_scan(d->keeper, now_ms()));
	d->scan_ms = now_ms() + SCAN_MS;
}

static void check(struct daemon *d, uint64_t now)
{
	d->check_ms = now + CHECK_MS;
	if (!living_current(keeper_living(d->keeper)))
		d->attend_ms = 0;
	else if (d->exes)
		cope(d, exewatch_read(d->exes, on_exe, d));
	cope(d, keeper_sweep(d->keeper));
}

static void do_due(struct daemon *d)
{
	uint64_t now = now_ms();

	if (d->attend_ms <= now)
		attend(d);
	if (d->lost && d->scan_ms <= now)
		scan(d);
	if (d->keeper && keeper_next(d->keeper) <= now)
		cope(d, keeper_again(d->keeper, now));
	if (d->keeper && d->check_ms <= now)
		check(d, now);
	if (d->names && refresh_needed(d->names) && d->names_ms <= now) {
		d->names_ms = now + NAMES_MS;
		cope(d, refresh_start(d->names));
	}
	cope(d, job_start(&d->job, now, change_fence, (void *)d->state));
}

static uint64_t next_due(const struct daemon *d)
{
	uint64_t at[] = { d->attend_ms, d->lost ? d->scan_ms : NEVER,
		d->keeper ? keeper_next(d->keeper) : NEVER, d->keeper ? d->check_ms : NEVER,
		d->names && refresh_needed(d->names) ? d->names_ms : NEVER, job_next(&d->job) };
	uint64_t next = NEVER;

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		next = at[i] < next ? at[i] : next;
	return next;
}

static int wait_ms(const struct daemon *d)
{
	uint64_t next = next_due(d), now = now_ms();

	if (next == NEVER)
		return -1;
	return next <= now ? 0 : next - now > 60000 ? 60000 : (int)(next - now);
}

/* What is not open has fd -1, which poll() passes over. */
static int loop(struct daemon *d)
{
	struct pollfd p[SOURCES];

	while (!d->quit) {
		do_due(d);
		p[SIGNALS].fd = d->signals;
		p[ASKED].fd = d->asked;
		p[CGROUPS].fd = d->follow ? follow_fd(d->follow) : -1;
		p[EXES].fd = d->exes ? exewatch_fd(d->exes) : -1;
		p[NAMES].fd = d->names ? refresh_fd(d->names) : -1;
		for (int s = 0; s < SOURCES; s++) {
			p[s].events = POLLIN;
			p[s].revents = 0;
		}
		if (poll(p, SOURCES, wait_ms(d)) < 0 && errno != EINTR)
			return fail(-errno, "wait for news");
		for (int s = 0; s < SOURCES; s++)
			if (p[s].revents)
				take(d, s);
	}
	return 0;
}

/* ---- begin and end ---- */

static int begin(struct daemon *d)
{
	int err = latch_take(d->state, LATCH_FOLLOWER, &d->lock);

	err = err ?: cgroup_mount(&d->mount);
	if (err)
		return err;
	d->signals = signals_open();
	if (d->signals < 0)
		return d->signals;
	d->asked = asked_open(d->state);
	return d->asked < 0 ? d->asked : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
}

int daemon_run(const char *state)
{
	struct daemon d = { .state = state, .lock = -1, .signals = -1, .asked = -1 };
	int err = begin(&d);

	if (!err) {
		do_due(&d); /* attends, as it is due from the start */
		(void)notify_send("READY=1"); /* of no weight */
		err = loop(&d);
		(void)notify_send("STOPPING=1"); /* of no weight */
	}
	job_finish(&d.job);
	release(&d);
	follow_close(d.follow);
	close_fd(d.asked);
	close_fd(d.signals);
	close_fd(d.lock);
	free(d.mount);
	return err;
}
