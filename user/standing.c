/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "standing.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "latch.h"
#include "probation.h"
#include "relief.h"
#include "text.h"

/* A fence that nobody asked for: `up` was killed between arming and writing down what it did. */
#define UNFINISHED "an `up` was cut off after it armed: what it was asked is not known"

#define TORN "some of what `up` pinned is gone, and not removed by us"
#define GONE "what `up` pinned is gone, and not removed by us"

/* A change that is under way exchanges hook by hook, within milliseconds. */
#define LOOKS 3
#define PAUSE_NS 100000000

enum found {
	FOUND_NOTHING,
	FOUND_TORN, /* not all maps */
	FOUND_WHOLE,
};

static int look_pins(const struct pin *p, struct standing *s, enum found *found)
{
	int maps[MAP_COUNT], err;

	err = guard_look(p, &s->look);
	if (err)
		return err;
	*found = FOUND_TORN;
	err = guard_maps(p, maps);
	if (err)
		return err;
	*found = FOUND_WHOLE;
	s->armed = s->look.state.armed;
	err = counts_read(maps, &s->counts);
	guard_close_maps(maps);
	return err;
}

static void find_cause(struct standing *s, enum found found)
{
	const char *cause = "";

	s->torn = found == FOUND_TORN;
	if (found == FOUND_TORN)
		cause = TORN;
	else if (!s->asked && found)
		cause = UNFINISHED;
	else if (s->asked && !found)
		cause = GONE;
	else if (s->asked && state_differs(s->asked, &s->look, s->cause))
		return;
	snprintf(s->cause, sizeof(s->cause), "%s", cause);
}

static int look_trial(const char *dir, struct standing *s)
{
	uint64_t now = probation_now();
	struct probation p;
	int err = probation_look(dir, &p);

	if (err)
		return err == -ENOENT ? 0 : err;
	s->on_trial = true;
	s->waited_for = p.pid;
	s->trial_left_s = p.until_ns > now ? (p.until_ns - now) / 1000000000 : 0;
	return 0;
}

static int look(const char *dir, struct standing *s)
{
	enum found found = FOUND_NOTHING;
	char store[PATH_MAX];
	struct pin *p = NULL;
	int err;

	err = pin_open(dir, false, &p);
	if (!err)
		err = look_pins(p, s, &found);
	pin_close(p);
	if (!err || err == -ENOENT)
		err = state_load(dir, &s->asked);
	if (err && err != -ENOENT)
		return err;
	find_cause(s, found);
	s->now_ns = text_wall_now();
	if (!s->asked)
		return 0;
	if (latch_holder(dir, LATCH_FOLLOWER, &s->follower))
		s->follower = 0;
	err = look_trial(dir, s);
	return err ?: exemptions_load(state_store(store, dir), &s->exempt);
}

int standing_look(const char *dir, struct standing *out)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct standing s = {};
	int err = look(dir, &s);

	for (int i = 1; i < LOOKS && !err && *s.cause; i++) {
		(void)nanosleep(&pause, NULL); /* shorter by a signal is no harm */
		standing_clear(&s);
		err = look(dir, &s);
	}
	if (err)
		standing_clear(&s);
	else
		*out = s;
	return err;
}

void standing_clear(struct standing *s)
{
	state_free(s->asked);
	exemptions_clear(&s->exempt);
	memset(s, 0, sizeof(*s));
}

bool standing_as_asked(const struct standing *s)
{
	return s->asked && s->armed && !*s->cause;
}

bool standing_enforces(const struct standing *s)
{
	return standing_as_asked(s) && s->asked->enforce && s->asked->blocks &&
	       !relief_pause(&s->exempt, s->now_ns);
}
