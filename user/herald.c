/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "herald.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "compile.h"
#include "confirm.h"
#include "json.h"
#include "latch.h"
#include "outlook.h"
#include "policy.h"
#include "probation.h"
#include "raise.h"
#include "say.h"
#include "senders.h"
#include "sockets.h"
#include "state.h"
#include "text.h"

struct telling {
	const struct herald *h;
	const char *dir;
	FILE *to; /* before arming */
	FILE *after; /* shown only when it is armed */
	bool waited; /* another change was on trial already */
	bool waiting; /* this one waits for a confirmation */
};

/* What is there. Not to know it is no reason not to arm. */
struct scene {
	struct announce a;
	struct socket_seen *sockets;
	struct sender *senders;
};

static void look_around(const struct raise_works *w, struct scene *s)
{
	const struct fence_settings *set = &w->compiled->settings;

	s->a.policy = w->policy;
	s->a.compiled = w->compiled;
	s->a.cgroup_mount = w->cgroup_mount;
	if (!senders_find(&s->senders, &s->a.sender_n))
		s->a.sender = s->senders;
	if (!sockets_find(set->port, set->ports, &s->sockets, &s->a.socket_n, &s->a.skipped))
		s->a.socket = s->sockets;
}

static void scene_free(struct scene *s)
{
	senders_free(s->senders, s->a.sender_n);
	free(s->sockets);
}

static const char *mode(const struct raise_works *w)
{
	return !w->policy->enforce           ? "AUDIT"
	       : compile_blocks(w->compiled) ? "ENFORCING"
					     : "RECORDING";
}

static void tell_armed(const struct raise_works *w, const struct telling *t)
{
	bool enforcing = w->policy->enforce && compile_blocks(w->compiled);
	char name[64], count[28];

	text_inert(name, sizeof(name), w->policy->profile_name, strlen(w->policy->profile_name));
	fprintf(t->after, "armed: %s%s profile %s%s: smtpfence %s\n", mode(w),
		enforcing ? "" : " of", name,
		enforcing ? ". How it stands" : ", nothing is blocked. Live",
		enforcing ? "status" : "watch");
	if (t->h->confirm_s)
		fprintf(t->after,
			"In %s s this goes back to what was before, unless you type: smtpfence confirm\n",
			text_count(count, t->h->confirm_s));
}

static void tell_json(const struct raise_works *w, const struct scene *s, const struct telling *t)
{
	struct json j;

	json_init(&j, t->after);
	json_open(&j, NULL, '{');
	json_bool(&j, "armed", true);
	json_text(&j, "mode", w->policy->enforce ? "enforce" : "audit");
	json_bool(&j, "blocks", w->policy->enforce && compile_blocks(w->compiled));
	json_text(&j, "profile", w->policy->profile_name);
	json_text(&j, "policy", w->hash);
	json_text(&j, "cgroup", w->cgroup);
	if (t->h->confirm_s)
		json_number(&j, "confirm_within_s", t->h->confirm_s);
	outlook_json(&s->a, &j);
	json_close(&j, '}');
}

static bool names_hosts(const struct policy *p)
{
	for (size_t i = 0; i < p->rule_n; i++)
		if (p->rule[i].when.by[SELECTOR_NAME].n)
			return true;
	return false;
}

/* What comes and goes is followed by a process of its own, or not at all. */
static void warn_unfollowed(const struct raise_works *w, const char *dir)
{
	const struct fence_settings *s = &w->compiled->settings;
	pid_t pid;

	if (!latch_holder(dir, LATCH_FOLLOWER, &pid))
		return;
	if (s->has_cgroup || s->has_exe || names_hosts(w->policy))
		say("warning: smtpfenced does not run, which follows units, containers, upgraded programs and names: what comes from now on is not known to the rules about them, and blocked where one could mean it");
	if (s->has_limit)
		say("warning: smtpfenced does not run: of a unit, container or user that comes from now on, each cgroup has limits of its own");
}

/* Also starts who waits for the confirmation: before the change, so that no crash can lose it. */
static int before(const struct raise_works *w, void *arg)
{
	struct telling *t = arg;
	struct probation older;
	struct scene s = {};
	int err = 0;

	if (!t->h->quiet)
		look_around(w, &s);
	if (!t->h->quiet && t->h->json) {
		tell_json(w, &s, t);
	} else if (!t->h->quiet) {
		(void)announce_text(&s.a, t->to); /* a full disk is main's to say */
		tell_armed(w, t);
	}
	scene_free(&s);
	if (!t->h->quiet)
		warn_unfollowed(w, t->dir);
	t->waited = !probation_look(t->dir, &older);
	if (t->h->confirm_s)
		err = confirm_begin(t->dir, t->h->confirm_s);
	t->waiting = t->h->confirm_s && !err;
	return err;
}

int herald_up(const struct policy *p, const struct herald *h, FILE *to)
{
	struct telling t = { .h = h, .to = to, .dir = h->state ? h->state : STATE_DIR };
	const struct raise r = { .cgroup = h->cgroup,
		.state = h->state,
		.audit = h->audit,
		.before = before,
		.arg = &t };
	char *text = NULL;
	size_t n = 0;
	int err;

	t.after = open_memstream(&text, &n);
	if (!t.after)
		return fail(-ENOMEM, "arm the fence");
	err = raise_fence(p, &r);
	(void)fclose(t.after); /* of memory only */
	if (!err && text)
		fwrite(text, 1, n, to);
	if (!err && !h->confirm_s)
		err = confirm_end(t.dir);
	else if (err && t.waiting && !t.waited)
		(void)confirm_end(t.dir); /* the first failure has been said */
	free(text);
	return err;
}
