/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "lookout.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive.h"
#include "cgroup.h"
#include "events.h"
#include "guard.h"
#include "incident.h"
#include "line.h"
#include "policy.h"
#include "report.h"
#include "say.h"
#include "state.h"
#include "text.h"

struct lookout {
	FILE *to;
	char archive[PATH_MAX];
	bool json;
	int lock;
	int maps[MAP_COUNT];
	struct events *events;
	struct incidents *incidents;
	uint64_t policy_hash; /* of `policy`, which is NULL when it is not kept */
	struct policy *policy;
	int err; /* the first in a callback */
};

static const char *rule_name(const void *arg, uint16_t rule)
{
	const struct policy *p = arg;

	return p && rule < p->rule_n ? p->rule[rule].name : NULL;
}

/* The policy that judged it; its text may be gone, then rules have no name. */
static const struct policy *policy_of(struct lookout *l, const struct attempt *a)
{
	if (l->policy_hash != a->k.policy) {
		policy_free(l->policy);
		l->policy = NULL;
		l->policy_hash = a->k.policy;
		(void)archive_find(l->archive, a->k.policy, &l->policy);
	}
	return l->policy;
}

/* Before the record is committed: who comes after a crash passes over what was committed. */
static void push(struct lookout *l)
{
	if (!l->err && fflush(l->to))
		l->err = -errno;
}

static void show_line(struct lookout *l, const struct attempt *a)
{
	const struct policy *p = policy_of(l, a);
	const struct incident *i;
	char line[512], at[32];
	bool fresh = false;

	if (!l->err)
		l->err = incident_add(l->incidents, a, p ? p->profile_name : NULL,
			rule_name(p, a->k.rule), &i, &fresh);
	if (l->err || !fresh)
		return;
	fprintf(l->to, "%.8s  %s\n", text_utc(at, a->wall_ns) + 11,
		report_line(line, sizeof(line), a));
	push(l);
}

static void on_attempt(const struct attempt *a, void *arg)
{
	struct lookout *l = arg;

	if (!l->json)
		show_line(l, a);
}

static void on_settled(const struct attempt *a, void *arg)
{
	struct lookout *l = arg;
	const struct policy *p;
	struct line_context c;

	if (!l->json)
		return;
	p = policy_of(l, a);
	c = (struct line_context){
		.profile = p ? p->profile_name : NULL, .rule_name = rule_name, .arg = p
	};
	if (!l->err)
		l->err = line_json(a, &c, l->to);
	push(l);
}

static int open_fence(const char *dir, struct lookout *l)
{
	struct events_handler on = {
		.attempt = on_attempt, .settled = l->json ? on_settled : NULL, .arg = l
	};
	struct pin *pin = NULL;
	char *mount = NULL;
	int err;

	err = pin_open(dir, false, &pin);
	if (!err)
		err = guard_maps(pin, l->maps);
	pin_close(pin);
	if (!err)
		err = state_lock_reader(dir, &l->lock);
	if (!err)
		err = cgroup_mount(&mount);
	if (!err)
		err = events_open(l->maps, mount, &on, &l->events);
	free(mount);
	return err;
}

int lookout_open(const char *dir, bool json, FILE *to, struct lookout **out)
{
	struct lookout *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return fail(-ENOMEM, "open the fence");
	l->to = to;
	l->json = json;
	l->lock = -1;
	for (int m = 0; m < MAP_COUNT; m++)
		l->maps[m] = -1;
	state_archive(l->archive, dir);
	err = incident_init(&l->incidents);
	if (!err)
		err = open_fence(dir, l);
	if (err) {
		lookout_close(l);
		return err;
	}
	*out = l;
	return 0;
}

void lookout_close(struct lookout *l)
{
	if (!l)
		return;
	events_close(l->events);
	incident_free(l->incidents);
	policy_free(l->policy);
	guard_close_maps(l->maps);
	if (l->lock >= 0)
		close(l->lock);
	free(l);
}

int lookout_fd(const struct lookout *l)
{
	return events_fd(l->events);
}

static int flush(struct lookout *l)
{
	return l->err ? fail(l->err, "write what was seen") : 0;
}

int lookout_read(struct lookout *l)
{
	int n = events_read(l->events);

	return n < 0 ? n : flush(l);
}

int lookout_end(struct lookout *l)
{
	events_settle(l->events);
	return flush(l);
}
