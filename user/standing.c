/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "standing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

/* A fence that nobody asked for: `up` was killed between arming and writing down what it did. */
#define UNFINISHED "an `up` was cut off after it armed: what it was asked is not known"

static int look_kernel(const struct pin *p, struct standing *s)
{
	int maps[MAP_COUNT], err;

	err = guard_look(p, &s->look);
	if (err)
		return err;
	s->armed = s->look.state.armed;
	err = guard_maps(p, maps);
	if (err)
		return err;
	err = counts_read(maps, &s->counts);
	guard_close_maps(maps);
	return err;
}

static char *find_cause(const struct standing *s, bool present)
{
	if (!s->asked)
		return present ? strdup(UNFINISHED) : NULL;
	if (!present)
		return strdup("what `up` pinned is gone, and not removed by us");
	return state_differs(s->asked, &s->look);
}

int standing_look(const char *dir, struct standing *out)
{
	struct standing s = {};
	struct pin *p = NULL;
	bool present;
	int err;

	err = pin_open(dir, false, &p);
	if (!err)
		err = look_kernel(p, &s);
	present = !err;
	pin_close(p);
	if (err == -ENOENT)
		err = 0;
	if (!err)
		err = state_load(dir, &s.asked);
	if (err && err != -ENOENT)
		return err;
	s.cause = find_cause(&s, present);
	*out = s;
	return 0;
}

void standing_clear(struct standing *s)
{
	state_free(s->asked);
	free(s->cause);
	memset(s, 0, sizeof(*s));
}

bool standing_as_asked(const struct standing *s)
{
	return s->asked && s->armed && !s->cause;
}
