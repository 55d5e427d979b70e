/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whom an exemption or block is about on this machine, now. */
#include "census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "aim.h"
#include "cgroup.h"
#include "container.h"
#include "exemption.h"
#include "identity.h"
#include "list.h"
#include "match.h"
#include "policy.h"
#include "process.h"
#include "say.h"
#include "scope.h"
#include "sockets.h"

struct census {
	const struct census_ask *ask;
	struct exemption one; /* the one asked about, as in force; owns nothing */
	struct policy bare; /* the policy without its rules; owns nothing */
	struct terms terms; /* of the exemption alone */
	struct exes *exe; /* by term */
	struct containers *containers;
	struct match *match;
	char *mount;
	size_t fence; /* bytes of ask->fence that are the mount's: the rest is its path, "" the root */
	uint8_t (*own)[16]; /* addresses of this namespace */
	size_t own_n;
	struct match_level *level; /* of the directories on the way of a walk, by depth */
	size_t level_n;
	struct census_count count;
	char *first; /* count.first */
};

static bool inside(const struct census *c, const char *path)
{
	const char *fence = c->ask->fence + c->fence;
	size_t n = strlen(fence);

	return !strncmp(path, fence, n) && (!n || !path[n] || path[n] == '/');
}

static bool any(const struct fence_vector *set)
{
	uint64_t seen = 0;

	for (int i = 0; i < FENCE_WORDS; i++)
		seen |= set->word[i];
	return seen;
}

/* ---- opening ---- */

static int list_terms(struct census *c)
{
	struct exemptions all = { &c->one, 1, 0 };
	const char *missing = NULL;
	int err;

	c->one = *c->ask->e;
	c->one.id = c->one.id ? c->one.id : 1;
	c->bare = *c->ask->policy;
	c->bare.rule = NULL;
	c->bare.rule_n = c->bare.layer_n = 0;
	err = terms_list(&c->bare, &all, &c->terms);
	if (err)
		return err;
	c->exe = calloc(c->terms.n + 1, sizeof(*c->exe));
	if (!c->exe)
		return fail(-ENOMEM, "look who matches");
	for (size_t i = 0; !err && i < c->terms.n; i++) {
		const struct term *t = &c->terms.term[i];

		if (term_names(t, SELECTOR_EXE) && !exes_within(t))
			err = exes_find(t, &c->exe[i], &missing);
		c->count.by_cgroup |= term_by_cgroup(t);
		c->count.by_process |= term_names(t, SELECTOR_EXE) ||
				       term_names(t, SELECTOR_USER) ||
				       term_names(t, SELECTOR_GROUP);
	}
	return err ? fail(err, "find %s", missing ? missing : "the programs") : 0;
}

static int find_fence(struct census *c)
{
	size_t n;
	int err = cgroup_mount(&c->mount);

	if (err)
		return err;
	n = strlen(c->mount);
	if (strncmp(c->ask->fence, c->mount, n) || (c->ask->fence[n] && c->ask->fence[n] != '/'))
		return refuse(-EXDEV, "%s is not below %s", c->ask->fence, c->mount);
	c->fence = n;
	return 0;
}

int census_open(const struct census_ask *ask, struct census **out)
{
	struct census *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return fail(-ENOMEM, "look who matches");
	c->ask = ask;
	err = find_fence(c);
	err = err ?: list_terms(c);
	err = err ?: scope_addresses(&c->own, &c->own_n);
	if (err)
		goto out;
	err = containers_open(NULL, &c->containers);
	err = err ?: match_open(&c->terms, c->containers, &c->match);
	if (err == -ENOMEM)
		(void)fail(err, "look who matches");
out:
	if (err)
		census_close(c);
	else
		*out = c;
	return err;
}

void census_close(struct census *c)
{
	if (!c)
		return;
	match_close(c->match);
	containers_close(c->containers);
	for (size_t i = 0; c->exe && i < c->terms.n; i++)
		free(c->exe[i].key);
	free(c->exe);
	terms_clear(&c->terms);
	free(c->mount);
	free(c->own);
	free(c->level);
	free(c->first);
	free(c);
}

/* ---- cgroups ---- */

static size_t depth_of(const char *path)
{
	size_t n = 0;

	for (const char *s = path; (s = strchr(s, '/')) && s[1]; s++)
		n++;
	return n;
}

static int visit_cgroup(const char *path, void *arg)
{
	struct census *c = arg;
	size_t depth = depth_of(path);
	struct match_level *own, *parent;
	int err;

	/* Each directory is visited after the one it lies in. */
	if (depth > c->level_n)
		return 0;
	err = list_grow(&c->level, c->level_n, 1, sizeof(*c->level));
	if (err)
		return err;
	c->level_n = depth + 1;
	own = c->level + depth;
	parent = depth ? own - 1 : NULL;
	err = match_child(c->match, parent, path, own);
	if (err || !inside(c, path) || !any(&own->own) ||
		(parent && any(&parent->own) && strcmp(path, c->ask->fence + c->fence)))
		return err;
	if (!c->count.workloads++) {
		c->first = strdup(path);
		c->count.first = c->first;
	}
	return c->first ? 0 : -ENOMEM;
}

/* What holds in a cgroup, by its path from the root down. */
static int find_level(struct census *c, const char *path, struct match_level *out)
{
	char *part = strdup(path);
	int err = part ? match_child(c->match, NULL, "/", out) : -ENOMEM;
	struct match_level parent;
	char kept;

	for (char *end = part; !err && end[strspn(end, "/")];) {
		end += strspn(end, "/");
		end += strcspn(end, "/");
		kept = *end;
		*end = '\0';
		parent = *out;
		err = match_child(c->match, &parent, part, out);
		*end = kept;
	}
	free(part);
	return err;
}

/* ---- processes ---- */

static bool term_matches(const struct census *c, size_t term, const struct match_level *level,
	const struct identity *i)
{
	const struct term *t = &c->terms.term[term];

	return (!term_by_cgroup(t) || vectors_has(&level->own, term)) &&
	       identity_is(i, t, &c->exe[term]);
}

static bool matches(
	const struct census *c, const struct match_level *level, const struct identity *i)
{
	for (size_t t = 0; t < c->terms.n; t++)
		if (term_matches(c, t, level, i))
			return true;
	return false;
}

static bool names_exe(const struct census *c)
{
	for (size_t t = 0; t < c->terms.n; t++)
		if (term_names(&c->terms.term[t], SELECTOR_EXE))
			return true;
	return false;
}

static int visit_process(pid_t pid, void *arg)
{
	struct census *c = arg;
	struct match_level level;
	struct identity i = {};
	char *path = NULL;
	int err = 0;

	if (cgroup_of(pid, &path) || !inside(c, path) || identity_read(pid, names_exe(c), &i) ||
		!i.exe)
		goto out; /* gone, none of the fence's, or a kernel thread */
	err = find_level(c, path, &level);
	c->count.processes += !err && matches(c, &level, &i);
out:
	identity_clear(&i);
	free(path);
	return err;
}

int census_take(struct census *c, struct census_count *out)
{
	int err = 0;

	c->count.workloads = c->count.processes = 0;
	c->count.first = NULL;
	free(c->first);
	c->first = NULL;
	c->level_n = 0;
	if (c->count.by_cgroup)
		err = cgroup_walk(c->mount, visit_cgroup, c);
	if (!err && c->count.by_process)
		err = process_each(visit_process, c);
	if (err)
		return fail(err, "look who matches");
	*out = c->count;
	return 0;
}

int census_refuse(struct census *c)
{
	struct match_value v;

	for (size_t i = 0; match_value(c->match, i, &v); i++) {
		if (v.distrusted)
			return refuse(-ENOENT,
				"%s '%s' is a user's own container, whose name and labels that user sets: name the user too, with --user",
				v.kind, v.text);
		if (!v.seen)
			return refuse(-ENOENT, "no %s '%s' is here now", v.kind, v.text);
	}
	return refuse(-ENOENT, "no cgroup in the fence matches all of this now");
}

/* ---- sockets ---- */

static bool is_own(const struct census *c, const struct address *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t whole[16];

	memcpy(whole, mapped, sizeof(mapped));
	if (a->family == AF_INET)
		memcpy(whole + sizeof(mapped), a->byte, 4);
	else
		memcpy(whole, a->byte, sizeof(whole));
	for (size_t i = 0; i < c->own_n; i++)
		if (!memcmp(c->own[i], whole, sizeof(whole)))
			return true;
	return false;
}

static bool socket_matches(struct census *c, const char *path, const struct socket_seen *s)
{
	struct identity i = { .uid = s->uid, .euid = s->uid };
	struct match_level level;
	bool is;

	if (find_level(c, path, &level) || !level.known)
		return false;
	if (s->pid && c->count.by_process && identity_read(s->pid, names_exe(c), &i))
		return false;
	is = matches(c, &level, &i);
	identity_clear(&i);
	return is;
}

bool census_has(const struct socket_seen *s, void *arg)
{
	struct census *c = arg;
	char *path = NULL;
	bool has;

	if (!aim_covers(&c->one.who, c->bare.profile, &s->remote, s->port) ||
		is_own(c, &s->remote) || !s->cgroup || cgroup_path(c->mount, s->cgroup, &path))
		return false;
	has = inside(c, path) && socket_matches(c, path, s);
	free(path);
	return has;
}
