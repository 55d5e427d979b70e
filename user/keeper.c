/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "keeper.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "cgroup.h"
#include "container.h"
#include "exemption.h"
#include "inside.h"
#include "ladder.h"
#include "list.h"
#include "living.h"
#include "match.h"
#include "pending.h"
#include "pin.h"
#include "say.h"
#include "state.h"
#include "vectors.h"

struct keeper {
	char *mount;
	struct policy *policy;
	struct exemptions exemptions;
	struct terms terms;
	struct containers *containers;
	struct match *match;
	struct ladder *ladder;
	struct living *living;
	struct pending *pending; /* the system's containers */
	struct inside *inside;
	struct pending *users; /* users', who may make any number of what looks like one */
};

/* What was asked for, as kept. */
static int load_policy(struct keeper *k, const char *state)
{
	char archive[PATH_MAX], store[PATH_MAX];
	struct state *asked = NULL;
	int err = state_load(state, &asked);

	if (err)
		return err;
	err = archive_get(state_archive(archive, state), asked->policy_hash, &k->policy);
	state_free(asked);
	err = err ?: exemptions_load(state_store(store, state), &k->exemptions);
	return err ?: terms_list(k->policy, &k->exemptions, &k->terms);
}

static int open_living(struct keeper *k, const char *state)
{
	struct pin *pin = NULL;
	int err = pin_open(state, false, &pin);

	err = err ?: living_open(pin, &k->living);
	pin_close(pin);
	if (!err && living_terms(k->living) != k->terms.name)
		err = -ESTALE;
	return err;
}

/* The maps first: they enter the mount namespace that state files are read in. */
static int open_all(struct keeper *k, const char *state)
{
	int err = load_policy(k, state);

	err = err ?: open_living(k, state);
	if (err)
		return err;
	err = containers_open(NULL, &k->containers);
	err = err ?: match_open(&k->terms, k->containers, &k->match);
	err = err ?: ladder_open(k->match, &k->ladder);
	err = err ?: pending_open(&k->pending);
	err = err ?: pending_open(&k->users);
	err = err ?: inside_open(&k->terms, k->living, k->mount, &k->inside);
	return err == -ENOMEM ? fail(err, "follow the cgroups") : err;
}

int keeper_open(const char *state, const char *mount, struct keeper **out)
{
	struct keeper *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return fail(-ENOMEM, "follow the cgroups");
	k->mount = strdup(mount);
	err = k->mount ? open_all(k, state) : fail(-ENOMEM, "follow the cgroups");
	if (err)
		keeper_close(k);
	else
		*out = k;
	return err;
}

void keeper_close(struct keeper *k)
{
	if (!k)
		return;
	inside_close(k->inside);
	pending_close(k->pending);
	pending_close(k->users);
	ladder_close(k->ladder);
	match_close(k->match);
	containers_close(k->containers);
	living_close(k->living);
	terms_clear(&k->terms);
	exemptions_clear(&k->exemptions);
	policy_free(k->policy);
	free(k->mount);
	free(k);
}

bool keeper_needed(const struct keeper *k)
{
	return match_needed(k->match);
}

const struct terms *keeper_terms(const struct keeper *k)
{
	return &k->terms;
}

struct living *keeper_living(const struct keeper *k)
{
	return k->living;
}

/*
 * One that is judged as whatever is unknown below the one above it needs no entry: most of a machine's.
 */
static int put(struct keeper *k, uint64_t id, const struct match_level *own,
	const struct match_level *parent)
{
	if (parent && !own->whole && vectors_equal(&own->own, &parent->below) &&
		vectors_equal(&own->below, &parent->below))
		return living_forget(k->living, id);
	return living_cgroup(k->living, id, own);
}

/* A container whose files do not tell yet is asked for again. */
static int wait_for(struct keeper *k, uint64_t id, const char *path, uint64_t now_ms)
{
	const struct container *c = NULL;
	bool known;
	int err = container_find(k->containers, path, &c, &known);

	if (err || known || !c)
		return err;
	err = pending_add(c->rootless ? k->users : k->pending, id, path, now_ms);
	if (err != -E2BIG)
		return err;
	note("%s: too many containers are not known yet; this one is not asked for again", path);
	return 0;
}

static int settle(struct keeper *k, uint64_t id, const char *path, uint64_t now_ms)
{
	const struct match_level *own, *parent;
	int err = ladder_climb(k->ladder, path, &own, &parent);

	if (err == -E2BIG)
		return living_forget(k->living, id); /* too deep: blocked */
	err = err ?: put(k, id, own, parent);
	if (err || !container_is(path))
		return err;
	if (!own->known)
		return wait_for(k, id, path, now_ms);
	/* What it is stands in the kernel now. For what is made in it later its files are read again. */
	containers_forget(k->containers, path);
	return inside_add(k->inside, id, path, &own->own, now_ms);
}

static int complain(int err, const char *path)
{
	return !err || err == -ENOSPC ? err : fail(err, "tell the kernel of cgroup %s", path);
}

int keeper_made(struct keeper *k, uint64_t id, const char *path, uint64_t now_ms)
{
	return complain(settle(k, id, path, now_ms), path);
}

int keeper_gone(struct keeper *k, uint64_t id, const char *path)
{
	pending_drop(k->pending, id);
	pending_drop(k->users, id);
	inside_gone(k->inside, id);
	containers_forget(k->containers, path);
	ladder_forget(k->ladder, path);
	return complain(living_gone(k->living, id), path);
}

/* ---- the whole tree, or a part of it ---- */

struct scan {
	struct keeper *k;
	const char *top; /* path below the mount that is walked; "" all of it */
	uint64_t now_ms;
	uint64_t *id; /* that were seen */
	size_t n;
	int full; /* -ENOSPC: some found no room, but the walk goes on */
};

static int visit(const char *below, void *arg)
{
	struct scan *s = arg;
	char path[PATH_MAX], dir[PATH_MAX];
	uint64_t id;
	int err;

	if (snprintf(path, sizeof(path), "%s%s", s->top, *s->top && !below[1] ? "" : below) >=
			(int)sizeof(path) ||
		snprintf(dir, sizeof(dir), "%s%s", s->k->mount, path) >= (int)sizeof(dir) ||
		cgroup_id(dir, &id))
		return 0; /* it went, or has no name that one could use */
	err = list_grow(&s->id, s->n, 1, sizeof(id));
	if (err)
		return err;
	s->id[s->n++] = id;
	err = settle(s->k, id, path, s->now_ms);
	if (err == -ENOSPC)
		s->full = err;
	return err == -ENOSPC ? 0 : err;
}

static int by_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void forget_unseen(uint64_t id, void *arg)
{
	struct scan *s = arg;

	if (bsearch(&id, s->id, s->n, sizeof(id), by_id))
		return;
	inside_gone(s->k->inside, id);
	(void)living_gone(s->k->living, id); /* then the next scan does it */
}

int keeper_scan(struct keeper *k, uint64_t now_ms)
{
	struct scan s = { .k = k, .top = "", .now_ms = now_ms };
	int err;

	ladder_forget(k->ladder, "/");
	err = cgroup_walk(k->mount, visit, &s);
	if (!err) {
		qsort(s.id, s.n, sizeof(*s.id), by_id);
		err = living_each(k->living, forget_unseen, &s);
	}
	free(s.id);
	return err ? fail(err, "look at all cgroups") : s.full;
}

/* ---- containers that were not known ---- */

struct again {
	struct keeper *k;
	uint64_t now_ms;
	char **known; /* paths of those that have become so */
	size_t n;
};

static int ask_again(uint64_t id, const char *path, void *arg)
{
	const struct container *c;
	struct again *a = arg;
	char dir[PATH_MAX];
	bool known = false;
	int err;

	(void)id;
	(void)snprintf(dir, sizeof(dir), "%.2000s%.2000s", a->k->mount, path);
	if (access(dir, F_OK)) { /* its end was missed */
		containers_forget(a->k->containers, path);
		return 1;
	}
	err = container_find(a->k->containers, path, &c, &known);
	if (!err && known)
		err = list_add_text(&a->known, &a->n, path);
	return err ?: known;
}

/* What was made in it meanwhile was judged by a container that nobody knew. */
static int settle_below(struct keeper *k, const char *path, uint64_t now_ms)
{
	struct scan s = { .k = k, .top = path, .now_ms = now_ms };
	char dir[PATH_MAX];
	int err;

	ladder_forget(k->ladder, path);
	(void)snprintf(dir, sizeof(dir), "%.2000s%.2000s", k->mount, path);
	err = cgroup_walk(dir, visit, &s);
	free(s.id);
	if (err && err != -ENOENT)
		return fail(err, "look at the cgroups of %s", path);
	return s.full;
}

int keeper_again(struct keeper *k, uint64_t now_ms)
{
	struct again a = { .k = k, .now_ms = now_ms };
	int err = pending_each(k->pending, now_ms, ask_again, &a), full = 0;

	err = err ?: pending_each(k->users, now_ms, ask_again, &a);
	if (err)
		err = fail(err, "look at containers again");
	for (size_t i = 0; !err && i < a.n; i++) {
		err = settle_below(k, a.known[i], now_ms);
		if (err == -ENOSPC) {
			full = err;
			err = 0;
		}
	}
	list_free_text(a.known, a.n);
	if (!err) {
		err = inside_again(k->inside, now_ms);
		if (err && err != -ENOSPC)
			err = fail(err, "look into containers");
	}
	return err ?: full;
}

int keeper_sweep(struct keeper *k)
{
	int err = living_sweep(k->living, k->mount);

	return err ? fail(err, "make room for limits") : 0;
}

uint64_t keeper_next(const struct keeper *k)
{
	uint64_t at[] = { pending_next(k->pending), pending_next(k->users),
		inside_next(k->inside) };
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		next = at[i] < next ? at[i] : next;
	return next;
}
