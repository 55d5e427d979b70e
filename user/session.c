/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The root side of a run: fence, follow, report. */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cage.h"
#include "cgroup.h"
#include "counts.h"
#include "events.h"
#include "invoker.h"
#include "permit.h"
#include "plan.h"
#include "policy.h"
#include "say.h"
#include "tally.h"
#include "text.h"
#include "wire.h"

#define PATIENCE_MS 1000 /* before we say whom we wait for */
#define LAST_MOST 10000 /* attempts kept for `report` unasked: some 20 MB */
#define MERCY_MS 2000 /* between SIGTERM and SIGKILL */

struct session {
	const struct session_front *front;
	const struct plan *plan;
	struct wire_message hello;
	FILE *out; /* the front's stderr */
	struct policy *policy;
	struct cage *cage;
	struct events *events;
	struct tally *tally;
	int members; /* cgroup.events of the cage, for poll */
	bool alone; /* the front is gone */
	bool started; /* the command was executed */
	bool ended; /* the command itself */
	int wait_status;
	bool empty;
	int ring_err; /* negative: the ring could not be read */
	int next_signal; /* what MERCY_MS are for; 0: nothing */
	uint64_t deadline_ms; /* of what comes next: telling, next_signal; 0 none */
};

static uint64_t now_ms(void)
{
	return (text_wall_now() - text_boot_offset()) / 1000000;
}

/* No signal of the terminal or of the front's process group ends us: the fence would be gone. */
static void ignore_signals(void)
{
	static const int which[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP, SIGTTOU };

	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++)
		(void)signal(which[i], SIG_IGN);
}

static int hear_hello(struct session *s)
{
	int err = wire_receive(s->front->wire, &s->hello);

	if (err)
		return err;
	if (s->hello.kind != WIRE_HELLO || s->hello.value <= 0 || s->hello.fd[WIRE_STDERR] < 0)
		return -EBADMSG;
	s->out = fdopen(s->hello.fd[WIRE_STDERR], "w");
	if (!s->out)
		return -errno;
	s->hello.fd[WIRE_STDERR] = -1;
	(void)setvbuf(s->out, NULL, _IOLBF, 0);
	if (s->hello.text[0] && setenv("SMTPFENCE_DATA", s->hello.text, 1))
		return -errno;
	return 0;
}

/* The front has read the same text and said what there is to say about it. */
static int read_policy(struct session *s, const struct invoker *who)
{
	int err = invoker_enter(who);

	if (err)
		return err;
	say_to(NULL);
	err = plan_policy(s->plan, s->hello.fd[WIRE_POLICY], &s->policy);
	say_to(s->out);
	invoker_leave(who);
	(void)unsetenv("SMTPFENCE_DATA"); /* his directory: nothing more is read there as root */
	return err ? refuse(-EINVAL, "the policy or its profile cannot be read with your rights")
		   : 0;
}

static int open_fence(struct session *s, const struct invoker *who)
{
	const struct cage_held held = { s->hello.value, s->front->pid, s->front->uid };
	const struct events_handler handler = { tally_attempt, tally_settled, s->tally };
	char path[PATH_MAX];
	int maps[MAP_COUNT];
	int err = cage_open(s->policy, &held, who, &s->cage);

	if (err)
		return err;
	cage_maps(s->cage, maps);
	err = events_open(maps, cage_mount(s->cage), &handler, &s->events);
	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/cgroup.events", cage_dir(s->cage));
	s->members = open(path, O_RDONLY | O_CLOEXEC);
	if (s->members < 0)
		return fail(-errno, "open %s", path);
	return cage_enter(s->cage);
}

/* Reading is also what makes poll() wait for the next change. */
static void look_inside(struct session *s)
{
	char text[256];
	ssize_t n = pread(s->members, text, sizeof(text) - 1, 0);

	if (n < 0)
		return;
	text[n] = 0;
	s->empty = strstr(text, "populated 0");
}

static void set_signal(struct session *s, int signal, uint64_t ms)
{
	s->next_signal = signal;
	s->deadline_ms = now_ms() + ms;
}

static void end_rest(struct session *s)
{
	if (s->next_signal == SIGKILL)
		return; /* under way */
	(void)cgroup_signal(cage_dir(s->cage), SIGTERM);
	set_signal(s, SIGKILL, MERCY_MS);
}

static void deadline_passed(struct session *s)
{
	char who[256];

	s->deadline_ms = 0;
	if (s->next_signal) {
		(void)cgroup_signal(cage_dir(s->cage), s->next_signal);
		s->next_signal = 0;
	} else if (cage_list(s->cage, who, sizeof(who))) {
		say("waiting for %s; Ctrl-C ends it", who);
	}
}

static void front_gone(struct session *s)
{
	s->alone = true;
	if (s->started && !s->empty)
		say("`smtpfence run` was killed; its fence stands until the last process in it ends");
}

static void hear(struct session *s)
{
	struct wire_message m;
	int err = wire_receive(s->front->wire, &m);

	if (err) {
		front_gone(s);
		return;
	}
	for (int i = 0; i < WIRE_FDS; i++)
		if (m.fd[i] >= 0)
			(void)close(m.fd[i]); /* after HELLO nobody sends any */
	if (m.kind == WIRE_WENT) {
		s->started = !m.value;
		s->ended = m.value;
	} else if (m.kind == WIRE_ENDED && !s->ended) {
		s->ended = true;
		s->wait_status = m.value;
		s->deadline_ms = now_ms() + PATIENCE_MS;
	} else if (m.kind == WIRE_INTERRUPT) {
		end_rest(s);
	}
}

static int timeout(const struct session *s)
{
	uint64_t now = now_ms();

	if (!s->deadline_ms)
		return -1;
	return now >= s->deadline_ms ? 0 : (int)(s->deadline_ms - now);
}

static bool finished(const struct session *s)
{
	return s->empty && (s->ended || s->alone);
}

/* A ring that cannot be read any more ends the telling, not the fence. */
static void follow(struct session *s)
{
	struct pollfd p[] = {
		{ .fd = events_fd(s->events), .events = POLLIN },
		{ .fd = s->members, .events = POLLPRI },
		{ .fd = s->front->wire, .events = POLLIN },
	};

	while (!finished(s)) {
		if (poll(p, 3, timeout(s)) < 0)
			continue; /* EINTR: what it would have said comes again */
		if (!timeout(s))
			deadline_passed(s);
		if (p[0].revents)
			s->ring_err = events_read(s->events);
		if (p[1].revents)
			look_inside(s);
		if (p[2].revents)
			hear(s);
		p[0].fd = s->ring_err < 0 ? -1 : p[0].fd;
		p[2].fd = s->alone ? -1 : p[2].fd;
	}
}

/* What the run came to. Attempts, or -errno, said. */
static int64_t conclude(struct session *s)
{
	struct counts counts;
	int maps[MAP_COUNT];
	int err = s->ring_err < 0 ? s->ring_err : events_read(s->events);

	if (err < 0)
		return err;
	events_settle(s->events);
	cage_maps(s->cage, maps);
	err = counts_read(maps, &counts);
	if (err)
		return err;
	if (s->started)
		err = tally_report(s->tally, &counts, s->wait_status);
	return err ? err : (int64_t)counts_attempts(&counts);
}

static int prepare(struct session *s, const struct invoker *who)
{
	struct tally_options o = { .plan = s->plan, .out = s->out };
	int err = read_policy(s, who);

	if (err)
		return err;
	o.policy = s->policy;
	o.record[0] = s->hello.fd[WIRE_OUTPUT];
	o.record[1] = s->hello.fd[WIRE_LAST];
	o.most[1] = LAST_MOST;
	o.socket_passed = s->hello.flags & WIRE_SOCKET_PASSED;
	err = tally_open(&o, &s->tally);
	return err ? err : open_fence(s, who);
}

static int guard(struct session *s, const struct invoker *who)
{
	int64_t attempts;
	int err = prepare(s, who);

	if (err) {
		(void)wire_say(s->front->wire, WIRE_FAILED,
			permit_refused(err, "run ...") ? PLAN_UNABLE
						       : PLAN_FAILED); /* or it is gone */
		return err;
	}
	look_inside(s);
	if (wire_say(s->front->wire, WIRE_READY, 0))
		front_gone(s);
	follow(s);
	attempts = conclude(s);
	if (attempts < 0) {
		(void)wire_say(s->front->wire, WIRE_FAILED, PLAN_FAILED);
		return (int)attempts;
	}
	/* Before DONE: whoever waits for us may look whether anything is left. */
	events_close(s->events);
	cage_close(s->cage);
	s->events = NULL;
	s->cage = NULL;
	(void)wire_say(s->front->wire, WIRE_DONE, attempts > INT32_MAX ? INT32_MAX : (int)attempts);
	return 0;
}

int session_run(const struct session_front *f, const struct plan *p, const struct invoker *who)
{
	struct session s = { .front = f, .plan = p, .members = -1 };
	int err;

	ignore_signals();
	memset(s.hello.fd, -1, sizeof(s.hello.fd));
	err = hear_hello(&s);
	if (!err) {
		say_to(s.out);
		err = guard(&s, who);
	}
	events_close(s.events);
	cage_close(s.cage);
	tally_close(s.tally);
	policy_free(s.policy);
	say_to(NULL);
	if (s.out)
		(void)fclose(s.out); /* a terminal that is gone */
	if (s.members >= 0)
		(void)close(s.members);
	for (int i = 0; i < WIRE_FDS; i++)
		if (s.hello.fd[i] >= 0)
			(void)close(s.hello.fd[i]);
	return err;
}
