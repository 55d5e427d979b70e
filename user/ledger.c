/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of events, read into incidents. */
#include "ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "recall.h"
#include "say.h"

#define COMPLAINTS 10 /* bad lines said one by one */

struct line {
	const char *file;
	uint64_t number;
	char *text;
	size_t room;
};

static int take_event(struct ledger *l, const struct recalled *event)
{
	const struct incident *i;
	bool fresh;
	int err;

	l->enforced |= event->attempt.k.enforce;
	if (!l->profile && event->profile) {
		l->profile = strdup(event->profile);
		if (!l->profile)
			return -ENOMEM;
	}
	err = incident_add(l->incidents, &event->attempt, event->profile, event->rule, &i, &fresh);
	if (!err)
		incident_settle(l->incidents, &event->attempt);
	return err;
}

static int take_line(struct ledger *l, const struct line *line, size_t n)
{
	struct recalled event;
	const char *why;
	int err = recall_line(line->text, n, &event, &why);

	if (err == -EINVAL) {
		if (++l->bad <= COMPLAINTS)
			(void)refuse(err, "%s:%" PRIu64 ": %s", line->file, line->number, why);
		return 0; /* counted; the others are still worth reading */
	}
	if (err)
		return err;
	err = take_event(l, &event);
	recall_clear(&event);
	return err;
}

int ledger_read(FILE *from, const char *name, struct ledger *out)
{
	struct line line = { .file = name };
	struct ledger l = { 0 };
	int err = incident_init(&l.incidents);
	ssize_t n;

	while (!err && (n = getline(&line.text, &line.room, from)) >= 0) {
		line.number++;
		err = take_line(&l, &line, (size_t)n);
	}
	if (!err && !feof(from))
		err = errno ? -errno : -EIO;
	free(line.text);
	if (l.bad > COMPLAINTS)
		say("%s: %" PRIu64 " more lines are no events", name, l.bad - COMPLAINTS);
	if (err) {
		ledger_clear(&l);
		return fail(err, "read %s", name);
	}
	*out = l;
	return 0;
}

void ledger_clear(struct ledger *l)
{
	incident_free(l->incidents);
	free(l->profile);
	memset(l, 0, sizeof(*l));
}
