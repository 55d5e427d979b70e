/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names in a policy's rules to what the kernel calls them on this machine. */
#include "resolve.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "list.h"
#include "process.h"
#include "say.h"
#include "vectors.h"

/* One path, glob or unit of one rule. */
struct selector {
	size_t rule;
	const char *pattern;
	bool unit;
	bool found;
};

/* What holds for the directory at one depth of the walk, what its parents have included. */
struct level {
	struct fence_vector cgroup; /* rules whose `cgroup:` it matches */
	struct fence_vector unit; /* rules whose `unit:` it matches */
	struct fence_vector whole; /* rules that match it in both */
	uint64_t listed; /* id of the nearest one in the list, itself included; 0 none */
	bool service; /* a service's or scope's own: may be in other hands (Delegate=) */
};

struct walk {
	const struct policy *policy;
	const char *mount;
	struct selector *selector;
	size_t selector_n;
	struct fence_vector with_cgroup, with_unit; /* rules that have such a selector */
	struct level *level;
	size_t level_n; /* levels allocated for */
	struct resolved *out;
};

/* What messages call it. */
static const char *where(const struct policy *p)
{
	return p->path ? p->path : "policy";
}

static int exes_find(const struct policy *p, struct resolved *out)
{
	struct resolved_exe found;
	int err;

	for (size_t i = 0; i < p->rule_n; i++) {
		for (size_t j = 0; j < p->rule[i].exe_n; j++) {
			const char *exe = p->rule[i].exe[j];

			found.rule = i;
			err = process_exe_key(exe, &found.key);
			if (err)
				return fail(err, "%s:%u: exe %s", where(p), p->rule[i].line, exe);
			err = list_grow(&out->exe, out->exe_n, 1, sizeof(found));
			if (err)
				return fail(err, "resolve %s", exe);
			out->exe[out->exe_n++] = found;
		}
	}
	return 0;
}

static int selector_add(struct walk *w, size_t rule, const char *pattern, bool unit)
{
	int err = list_grow(&w->selector, w->selector_n, 1, sizeof(*w->selector));

	if (err)
		return err;
	w->selector[w->selector_n++] =
		(struct selector){ .rule = rule, .pattern = pattern, .unit = unit };
	vectors_set(unit ? &w->with_unit : &w->with_cgroup, rule);
	return 0;
}

static int selectors_list(const struct policy *p, struct walk *w)
{
	int err = 0;

	for (size_t i = 0; i < p->rule_n; i++) {
		const struct policy_rule *r = &p->rule[i];

		for (size_t j = 0; !err && j < r->cgroup_n; j++)
			err = selector_add(w, i, r->cgroup[j], false);
		for (size_t j = 0; !err && j < r->unit_n; j++)
			err = selector_add(w, i, r->unit[j], true);
	}
	return err;
}

/* systemd writes "_" before what would clash with the kernel's files, so "_cpu.service". */
static const char *unit_of(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return *name == '_' ? name + 1 : name;
}

/*
 * systemd's own names hold backslashes (\x2d), so these are no escapes here. Below a service or
 * scope its owner makes the directories: one called exim4.service there earns no allow, but a block
 * holds.
 */
static bool matches(const struct walk *w, const struct selector *s, const char *path, bool owned)
{
	if (!s->unit)
		return !fnmatch(s->pattern, path, FNM_PATHNAME | FNM_NOESCAPE);
	if (owned && w->policy->rule[s->rule].action == ACTION_ALLOW)
		return false;
	return !fnmatch(s->pattern, unit_of(path), FNM_NOESCAPE);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

/* Puts the directory to the list for each rule that it matches and its parent does not. */
static int list_add(struct walk *w, const char *path, struct level *l, const struct level *parent)
{
	struct resolved_cgroup found = { .parent = parent->listed };
	struct resolved *out = w->out;
	char *dir;
	int err;

	if (vectors_equal(&l->whole, &parent->whole))
		return 0;
	if (asprintf(&dir, "%s%s", w->mount, path) < 0)
		return -ENOMEM;
	err = cgroup_id(dir, &found.id);
	free(dir);
	if (err)
		return err == -ENOENT ? 0 : err; /* it is gone again */
	for (; found.rule < w->policy->rule_n; found.rule++) {
		uint64_t bit = 1ULL << found.rule % 64;
		size_t word = found.rule / 64;

		if (!(l->whole.word[word] & ~parent->whole.word[word] & bit))
			continue;
		err = list_grow(&out->cgroup, out->cgroup_n, 1, sizeof(found));
		if (err)
			return err;
		out->cgroup[out->cgroup_n++] = found;
		l->listed = found.id;
	}
	return 0;
}

/* Parents come first and subtrees whole, so level[depth - 1] is of the parent. */
static int visit(const char *path, void *arg)
{
	static const struct level above;
	struct walk *w = arg;
	const struct level *parent = &above;
	struct level *l;
	size_t depth = 0;
	int err;

	for (const char *s = path; path[1] && *s; s++)
		depth += *s == '/';
	for (; depth >= w->level_n; w->level_n++) {
		err = list_grow(&w->level, w->level_n, 1, sizeof(*w->level));
		if (err)
			return err;
	}
	if (depth)
		parent = &w->level[depth - 1];
	l = &w->level[depth];
	*l = *parent;
	for (size_t i = 0; i < w->selector_n; i++) {
		struct selector *s = &w->selector[i];

		if (!matches(w, s, path, parent->service))
			continue;
		s->found = true;
		vectors_set(s->unit ? &l->unit : &l->cgroup, s->rule);
	}
	l->service |= ends_in(path, ".service") || ends_in(path, ".scope");
	for (int i = 0; i < FENCE_WORDS; i++)
		l->whole.word[i] = (l->cgroup.word[i] | ~w->with_cgroup.word[i]) &
				   (l->unit.word[i] | ~w->with_unit.word[i]) &
				   (w->with_cgroup.word[i] | w->with_unit.word[i]);
	return list_add(w, path, l, parent);
}

static void warn_missing(const struct walk *w)
{
	for (size_t i = 0; i < w->selector_n; i++) {
		const struct selector *s = &w->selector[i];

		if (!s->found)
			say("%s:%u: warning: no %s %s is here now; rule '%s' will know it after the next 'smtpfence up'",
				where(w->policy), w->policy->rule[s->rule].line,
				s->unit ? "unit" : "cgroup", s->pattern,
				w->policy->rule[s->rule].name);
	}
}

static int cgroups_find(const struct policy *p, const char *mount, struct resolved *out)
{
	struct walk w = { .policy = p, .mount = mount, .out = out };
	int err = selectors_list(p, &w);

	if (!err && w.selector_n)
		err = cgroup_walk(mount, visit, &w);
	if (err)
		(void)fail(err, "find the policy's cgroups below %s", mount);
	else
		warn_missing(&w);
	free(w.selector);
	free(w.level);
	return err;
}

int resolve_policy(const struct policy *p, const char *cgroup_mount, struct resolved **out)
{
	struct resolved *r;
	int err;

	if (p->rule_n > FENCE_RULES)
		return refuse(-E2BIG, "%s: %zu rules; at most %d are possible", where(p), p->rule_n,
			FENCE_RULES);
	r = calloc(1, sizeof(*r));
	if (!r)
		return fail(-ENOMEM, "resolve %s", where(p));
	err = exes_find(p, r);
	if (!err)
		err = cgroups_find(p, cgroup_mount, r);
	if (err)
		resolve_free(r);
	else
		*out = r;
	return err;
}

void resolve_free(struct resolved *r)
{
	if (!r)
		return;
	free(r->exe);
	free(r->cgroup);
	free(r);
}
