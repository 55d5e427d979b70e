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

/* Not to know what runs here is no reason not to arm. */
static void tell(const struct works *w, FILE *to)
{
	const struct fence_settings *s = &w->compiled->settings;
	struct announce a = {
		.policy = w->policy, .compiled = w->compiled, .cgroup_mount = w->mount
	};
	struct socket_seen *sockets = NULL;
	struct sender *senders = NULL;

	if (!senders_find(&senders, &a.sender_n))
		a.sender = senders;
	if (!sockets_find(s->port, s->ports, &sockets, &a.socket_n, &a.skipped))
		a.socket = sockets;
	(void)announce_text(&a, to); /* a full disk is main's to say */
	senders_free(senders, a.sender_n);
	free(sockets);
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

static void tell_armed(const struct works *w, FILE *to)
{
	const struct policy *p = w->policy;
	char name[64];

	text_inert(name, sizeof(name), p->profile_name, strlen(p->profile_name));
	if (p->enforce && compile_blocks(w->compiled))
		fprintf(to, "armed: ENFORCING profile %s. How it stands: smtpfence status\n", name);
	else
		fprintf(to, "armed: %s of profile %s, nothing is blocked. Live: smtpfence watch\n",
			p->enforce ? "RECORDING" : "AUDIT", name);
}

int raise_fence(const struct policy *p, const struct raise *r, FILE *to)
{
	struct works w = {};
	int err = work_out(p, r, &w);

	if (!err && !r->quiet)
		tell(&w, to);
	if (!err)
		err = arm(&w, r->state ? r->state : STATE_DIR);
	if (!err && !r->quiet)
		tell_armed(&w, to);
	works_free(&w);
	return err;
}
