/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "raise.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "announce.h"
#include "archive.h"
#include "cgroup.h"
#include "guard.h"
#include "json.h"
#include "outlook.h"
#include "policy.h"
#include "say.h"
#include "senders.h"
#include "sockets.h"
#include "state.h"
#include "text.h"
#include "translate.h"

/* What is worked out before anything is touched. */
struct works {
	const struct policy *policy;
	struct compiled *compiled;
	char *mount; /* of the v2 tree */
	char *cgroup; /* directory to fence */
	char hash[65];
};

static void works_free(struct works *w)
{
	compile_free(w->compiled);
	free(w->mount);
	free(w->cgroup);
}

static int work_out(const struct policy *p, const struct raise *r, struct works *w)
{
	int err;

	w->policy = p;
	err = cgroup_mount(&w->mount);
	if (!err)
		err = translate_policy(p, EPERM, &w->compiled, w->hash);
	if (err)
		return err;
	w->cgroup = r->cgroup ? realpath(r->cgroup, NULL) : strdup(w->mount);
	if (!w->cgroup)
		return fail(-errno, "find cgroup %s", r->cgroup ? r->cgroup : w->mount);
	return 0;
}

/* What is there, for people before arming, in JSON with the result. Owned. */
struct scene {
	struct announce a;
	struct socket_seen *sockets;
	struct sender *senders;
};

/* Not to know what runs here is no reason not to arm. */
static void look_around(const struct works *w, struct scene *s)
{
	const struct fence_settings *set = &w->compiled->settings;

	s->a.policy = w->policy;
	s->a.compiled = w->compiled;
	s->a.cgroup_mount = w->mount;
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

static void fill_hooks(struct state *s, const struct guard_look *look)
{
	for (int h = 0; h < HOOK_COUNT; h++) {
		s->hook[h].asked = look->link[h].id; /* also if somebody detached it just now */
		s->hook[h].link = look->link[h].id;
		memcpy(s->hook[h].tag, look->link[h].tag, sizeof(s->hook[h].tag));
	}
}

/*
 * `since` is of the mode: another policy in the same mode does not begin it anew, but a fence that was
 * gone meanwhile does.
 */
static uint64_t since(const char *dir, bool enforce, const struct fence_state *now)
{
	uint64_t at = text_wall_now(), armed = now->since_ns + text_boot_offset();
	struct state *before = NULL;

	if (!state_load(dir, &before) && before->enforce == enforce)
		at = before->since_wall_ns > armed ? before->since_wall_ns : armed;
	state_free(before);
	return at;
}

static int write_down(const struct works *w, const char *dir, const struct pin *pin)
{
	struct state s = { .cgroup = w->cgroup,
		.profile = w->policy->profile_name,
		.rules = w->policy->rule_n,
		.enforce = w->policy->enforce,
		.whole = !strcmp(w->cgroup, w->mount),
		.blocks = compile_blocks(w->compiled) };
	char path[PATH_MAX];
	struct guard_look look;
	int err = guard_look(pin, &look);

	if (err)
		return err;
	if (w->policy->path)
		s.policy_path = realpath(w->policy->path, path) ? path : w->policy->path;
	strcpy(s.policy_hash, w->hash);
	s.generation = look.link[HOOK_CONNECT4].generation;
	s.since_wall_ns = since(dir, s.enforce, &look.state);
	fill_hooks(&s, &look);
	return state_save(dir, &s);
}

/* A place to pin that was made for nothing. What failed has been said. */
static int undo(struct pin *pin, const char *dir, int err)
{
	if (!pin_unmount(pin, dir))
		(void)rmdir(dir); /* it may hold policies */
	return err;
}

/* With the lock held. */
static int arm_locked(const struct works *w, const char *dir, const struct pin *pin)
{
	struct kernel_options o = { .outcomes = true };
	char archive[PATH_MAX] = ARCHIVE_DIR;
	int err;

	if (strcmp(dir, STATE_DIR))
		snprintf(archive, sizeof(archive), "%.3000s/policy", dir);
	err = archive_keep(archive, w->policy, w->hash);
	if (!err)
		err = guard_arm(pin, w->compiled, w->cgroup, &o);
	return err ?: write_down(w, dir, pin);
}

static int arm(const struct works *w, const char *dir)
{
	struct guard_look look;
	struct pin *pin = NULL;
	int err = pin_open(dir, true, &pin);

	if (!err)
		err = pin_lock(pin);
	if (!err) {
		err = arm_locked(w, dir, pin);
		if (err && guard_look(pin, &look) == -ENOENT)
			return undo(pin, dir, err);
	}
	pin_close(pin);
	return err;
}

static const char *mode(const struct works *w)
{
	return !w->policy->enforce           ? "AUDIT"
	       : compile_blocks(w->compiled) ? "ENFORCING"
					     : "RECORDING";
}

static void tell_armed(const struct works *w, FILE *to)
{
	bool enforcing = w->policy->enforce && compile_blocks(w->compiled);
	char name[64];

	text_inert(name, sizeof(name), w->policy->profile_name, strlen(w->policy->profile_name));
	fprintf(to, "armed: %s%s profile %s%s: smtpfence %s\n", mode(w), enforcing ? "" : " of",
		name, enforcing ? ". How it stands" : ", nothing is blocked. Live",
		enforcing ? "status" : "watch");
}

static void tell_json(const struct works *w, const struct scene *s, FILE *to)
{
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_bool(&j, "armed", true);
	json_text(&j, "mode", w->policy->enforce ? "enforce" : "audit");
	json_bool(&j, "blocks", w->policy->enforce && compile_blocks(w->compiled));
	json_text(&j, "profile", w->policy->profile_name);
	json_text(&j, "policy", w->hash);
	json_text(&j, "cgroup", w->cgroup);
	outlook_json(&s->a, &j);
	json_close(&j, '}');
}

int raise_fence(const struct policy *p, const struct raise *r, FILE *to)
{
	bool people = !r->quiet && !r->json;
	struct works w = {};
	struct scene s = {};
	int err = work_out(p, r, &w);

	if (!err && !r->quiet)
		look_around(&w, &s);
	if (!err && people)
		(void)announce_text(&s.a, to); /* a full disk is main's to say */
	if (!err)
		err = arm(&w, r->state ? r->state : STATE_DIR);
	if (!err && people)
		tell_armed(&w, to);
	else if (!err && !r->quiet)
		tell_json(&w, &s, to);
	scene_free(&s);
	works_free(&w);
	return err;
}
