/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "raise.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "cgroup.h"
#include "exemption.h"
#include "guard.h"
#include "list.h"
#include "policy.h"
#include "say.h"
#include "state.h"
#include "sweep.h"
#include "text.h"
#include "translate.h"

/* The place of a fence, locked. */
struct ground {
	const char *dir;
	struct pin *pin;
	char archive[PATH_MAX], store[PATH_MAX];
	struct exemptions exempt;
};

/* What is put in force; `like` is what asked for it. */
struct works {
	const struct policy *policy;
	struct compiled *compiled;
	char *mount, *cgroup;
	char hash[65];
};

static int ground_open(struct ground *g, const char *dir, bool create)
{
	int err;

	*g = (struct ground){ .dir = dir ? dir : STATE_DIR };
	state_archive(g->archive, g->dir);
	state_store(g->store, g->dir);
	err = pin_open(g->dir, create, &g->pin);
	if (!err)
		err = pin_lock(g->pin);
	return err ?: exemptions_load(g->store, &g->exempt);
}

/* A place that was made for nothing goes again. Returns err. */
static int ground_close(struct ground *g, int err)
{
	struct guard_look look;

	if (err && g->pin && guard_look(g->pin, &look) == -ENOENT) {
		if (!pin_unmount(g->pin, g->dir))
			(void)rmdir(g->dir); /* it may hold policies */
		g->pin = NULL;
	}
	pin_close(g->pin);
	exemptions_clear(&g->exempt);
	return err;
}

static void works_free(struct works *w)
{
	compile_free(w->compiled);
	free(w->mount);
	free(w->cgroup);
}

static int work_out(const struct ground *g, const char *cgroup, struct works *w)
{
	int err = cgroup_mount(&w->mount);

	err = err ?: translate_policy(w->policy, &g->exempt, EPERM, &w->compiled, w->hash);
	if (err)
		return err;
	w->cgroup = cgroup ? realpath(cgroup, NULL) : strdup(w->mount);
	return w->cgroup ? 0 : fail(-errno, "find cgroup %s", cgroup ? cgroup : w->mount);
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

/* `s` says what files the policy came from; the rest is filled in. */
static int write_down(const struct works *w, const struct ground *g, struct state *s)
{
	struct guard_look look;
	int err = guard_look(g->pin, &look);

	if (err)
		return err;
	s->cgroup = w->cgroup;
	s->profile = w->policy->profile_name;
	s->rules = w->policy->rule_n;
	s->enforce = w->policy->enforce;
	s->whole = !strcmp(w->cgroup, w->mount);
	s->blocks = compile_blocks(w->compiled);
	strcpy(s->policy_hash, w->hash);
	s->generation = look.link[HOOK_CONNECT4].generation;
	s->since_wall_ns = since(g->dir, s->enforce, &look.state);
	fill_hooks(s, &look);
	return state_save(g->dir, s);
}

/* What of it fails is only room that is not made. Nobody else changes the terms: the pins are locked. */
static void sweep(const struct works *w, const struct ground *g)
{
	struct sweep s = { -1, w->compiled->term, w->compiled->term_n, w->mount, true };
	int maps[MAP_COUNT], err = guard_maps(g->pin, maps);

	if (!err) {
		s.limits = maps[MAP_LIMITS];
		err = sweep_limits(&s);
		guard_close_maps(maps);
	}
	if (err)
		note("room for limits was not made: %s", strerror(-err));
}

static int arm(const struct works *w, const struct ground *g, struct state *s)
{
	struct kernel_options o = { .outcomes = true };
	int err = archive_keep(g->archive, w->policy, w->hash);

	err = err ?: guard_arm(g->pin, w->compiled, w->cgroup, &o);
	if (err)
		return err;
	sweep(w, g);
	return write_down(w, g, s);
}

/* Absolute, so that it can be read again from elsewhere. */
static char *whole_path(const char *path)
{
	char *whole = path ? realpath(path, NULL) : NULL;

	return whole || !path ? whole : strdup(path);
}

static int name_files(const struct policy *p, struct state *s)
{
	char *path;
	int err = 0;

	s->policy_path = whole_path(p->path);
	for (size_t i = 0; !err && i < p->layer_n; i++) {
		if (!p->layer[i].path)
			continue;
		path = whole_path(p->layer[i].path);
		err = path ? list_add_text(&s->layer_path, &s->layer_n, path) : -ENOMEM;
		free(path);
	}
	return err || (p->path && !s->policy_path) ? fail(-ENOMEM, "arm the fence") : 0;
}

static int show(const struct works *w, const struct raise *r)
{
	const struct raise_works shown = { .policy = w->policy,
		.compiled = w->compiled,
		.cgroup_mount = w->mount,
		.cgroup = w->cgroup,
		.hash = w->hash };

	return r->before ? r->before(&shown, r->arg) : 0;
}

int raise_fence(const struct policy *p, const struct raise *r)
{
	struct state asked = { .audit = r->audit };
	struct works w = { .policy = p };
	struct ground g;
	int err = name_files(p, &asked); /* in our own mount namespace */

	err = err ?: ground_open(&g, r->state, true);
	err = err ?: work_out(&g, r->cgroup, &w);
	err = err ?: show(&w, r);
	err = err ?: arm(&w, &g, &asked);
	works_free(&w);
	free(asked.policy_path);
	list_free_text(asked.layer_path, asked.layer_n);
	return ground_close(&g, err);
}

/* What `s` asked for, with exemptions and machine as they are now. */
static int arm_as(const struct ground *g, const struct state *s)
{
	struct state asked = { .policy_path = s->policy_path,
		.layer_path = s->layer_path,
		.layer_n = s->layer_n,
		.audit = s->audit };
	struct policy *p = NULL;
	struct works w = {};
	int err = archive_get(g->archive, s->policy_hash, &p);

	w.policy = p;
	err = err ?: work_out(g, s->cgroup, &w);
	err = err ?: arm(&w, g, &asked);
	works_free(&w);
	policy_free(p);
	return err;
}

/* A fence that is up, and what was asked of it. */
static int find_fence(struct ground *g, const char *state, struct state **asked)
{
	int err = ground_open(g, state, false);

	err = err ?: state_load(g->dir, asked);
	return err == -ENOENT ? refuse(err, "no fence is up: sudo smtpfence up") : err;
}

static int change_store(struct ground *g, const struct state *asked,
	int (*change)(struct exemptions *all, void *arg), void *arg)
{
	struct exemptions before = {};
	int err = exemptions_load(g->store, &before);

	err = err ?: change(&g->exempt, arg);
	if (err)
		goto out;
	err = exemptions_save(g->store, &g->exempt);
	err = err ?: arm_as(g, asked);
	if (err)
		(void)exemptions_save(g->store, &before); /* the first failure has been said */
out:
	exemptions_clear(&before);
	return err;
}

int raise_change(const char *state, int (*change)(struct exemptions *all, void *arg), void *arg)
{
	struct state *asked = NULL;
	struct ground g;
	int err = find_fence(&g, state, &asked);

	if (!err)
		err = change ? change_store(&g, asked, change, arg) : arm_as(&g, asked);
	state_free(asked);
	return ground_close(&g, err);
}

int raise_again(const char *state)
{
	return raise_change(state, NULL, NULL);
}

static int read_files(const struct state *asked, struct policy **out)
{
	struct policy *p = NULL;
	int err;

	if (asked->policy_path)
		err = policy_open(asked->policy_path, &p);
	else
		err = policy_from_profile(asked->profile, asked->enforce, &p);
	for (size_t i = 0; !err && i < asked->layer_n; i++)
		err = policy_add_layer(p, asked->layer_path[i]);
	if (err) {
		policy_free(p);
		return err;
	}
	if (asked->audit)
		p->enforce = false;
	*out = p;
	return 0;
}

int raise_reload(const char *state)
{
	struct raise r = { .state = state ? state : STATE_DIR };
	struct state *asked = NULL;
	struct policy *p = NULL;
	int err = state_load(r.state, &asked);

	if (err == -ENOENT)
		return refuse(err, "no fence is up: sudo smtpfence up");
	err = err ?: read_files(asked, &p);
	if (!err) {
		r.cgroup = asked->cgroup;
		r.audit = asked->audit;
		err = raise_fence(p, &r);
	}
	policy_free(p);
	state_free(asked);
	return err;
}

/* Links and maps, then the mount, then what was asked; g->pin is closed. */
static int take_down(struct ground *g)
{
	int err = guard_disarm(g->pin);

	if (err)
		return err;
	err = pin_unmount(g->pin, g->dir);
	g->pin = NULL;
	err = err ?: state_remove(g->dir);
	if (!err && rmdir(g->dir))
		note("%s stays: it is not empty", g->dir);
	return err;
}

int raise_back(const char *state)
{
	struct state *kept = NULL;
	struct ground g;
	int err = ground_open(&g, state, false);

	if (err == -ENOENT)
		return refuse(err, "no fence is up: nothing to go back from");
	if (!err)
		err = state_kept(g.dir, &kept);
	if (err == -ENOENT)
		err = take_down(&g);
	else if (!err)
		err = arm_as(&g, kept) ?: state_forget(g.dir);
	state_free(kept);
	return ground_close(&g, err);
}

int raise_down(const char *state, bool *there)
{
	struct ground g;
	int err = ground_open(&g, state, false);

	*there = err != -ENOENT;
	if (err == -ENOENT)
		err = state_remove(g.dir);
	else if (!err)
		err = take_down(&g);
	return ground_close(&g, err);
}
