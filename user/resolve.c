/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names in a list of terms to what the kernel and the network call them on this machine. */
#include "resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "container.h"
#include "exes.h"
#include "list.h"
#include "match.h"
#include "names.h"
#include "runtimes.h"
#include "say.h"

#define WARNINGS 20 /* of what is not here now */

/* ---- executables and names ---- */

static int keep_exes(struct resolved *out, size_t term, const struct exes *found)
{
	int err = list_grow(&out->exe, out->exe_n, found->n, sizeof(*out->exe));

	for (size_t i = 0; !err && i < found->n; i++)
		out->exe[out->exe_n++] = (struct resolved_exe){ term, found->key[i] };
	return err;
}

static int find_exes(const struct terms *t, struct resolved *out)
{
	char where[TERM_WHERE];
	int err = 0;

	for (size_t i = 0; !err && i < t->n; i++) {
		const struct term *term = &t->term[i];
		struct exes found = { 0 };
		const char *missing = "";

		if (exes_within(term) || !term_names(term, SELECTOR_EXE))
			continue;
		err = exes_find(term, &found, &missing);
		if (err)
			(void)fail(err, "%s: exe %s", term_where(where, term), missing);
		else if (!found.n)
			say("%s: warning: no executable is in all of the lists that '%s' means; it never matches",
				term_where(where, term), term->name);
		if (!err && keep_exes(out, i, &found))
			err = fail(-ENOMEM, "%s", term_where(where, term));
		free(found.key);
	}
	return err;
}

/* One host name that was asked for: many rules may name it. */
struct host {
	const char *name;
	struct address *address;
	size_t n;
};

struct hosts {
	struct host *host;
	size_t n;
};

static int ask_host(struct hosts *h, const char *name, const struct host **out)
{
	struct host new = { .name = name };
	int err;

	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->host[i].name, name)) {
			*out = &h->host[i];
			return 0;
		}
	err = list_grow(&h->host, h->n, 1, sizeof(*h->host));
	err = err ?: names_look_up(name, &new.address, &new.n);
	if (err)
		return err;
	h->host[h->n] = new;
	*out = &h->host[h->n++];
	return 0;
}

static int refuse_host(int err, const struct term *t, const char *name)
{
	char where[TERM_WHERE];

	term_where(where, t);
	switch (err) {
	case -ENOENT:
		return refuse(err, "%s: the name %s has no address", where, name);
	case -ETIMEDOUT:
		return refuse(err, "%s: no name server told the address of %s within %d s", where,
			name, NAMES_WAIT_S);
	case -EAGAIN:
		return refuse(err, "%s: the address of %s could not be looked up", where, name);
	case -E2BIG:
		return refuse(
			err, "%s: the name %s has more than %d addresses", where, name, NAMES_MOST);
	default:
		return fail(err, "%s: name %s", where, name);
	}
}

static int find_names(const struct terms *t, struct resolved *out)
{
	struct hosts h = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < t->n; i++) {
		const struct selectors_list *l = &t->term[i].part[0]->by[SELECTOR_NAME];

		for (size_t j = 0; !err && j < l->n; j++) {
			const struct host *host = NULL;

			err = ask_host(&h, l->text[j], &host);
			err = err ?: list_grow(&out->to, out->to_n, host->n, sizeof(*out->to));
			for (size_t k = 0; !err && k < host->n; k++)
				out->to[out->to_n++] = (struct resolved_to){ i, host->address[k] };
			if (err)
				(void)refuse_host(err, &t->term[i], l->text[j]);
		}
	}
	for (size_t i = 0; i < h.n; i++)
		free(h.host[i].address);
	free(h.host);
	return err;
}

/* ---- cgroups ---- */

struct walk {
	const struct terms *terms;
	const char *mount;
	struct match *match;
	struct fence_vector within; /* terms whose executables are in containers */
	struct match_level *level; /* of the directory at each depth */
	size_t level_n;
	bool containers; /* some are there */
	struct resolved *out;
};

/* Terms that begin to match here, below no other directory that did, and the executables there. */
static int find_within(
	struct walk *w, const char *dir, const struct match_level *l, const struct match_level *up)
{
	pid_t pid = 0;
	int err = 0;

	for (size_t i = 0; !err && i < w->terms->n; i++) {
		struct exes found = { 0 };

		if (!vectors_has(&w->within, i) || !vectors_has(&l->own, i) ||
			(up && vectors_has(&up->own, i)))
			continue;
		if (!pid && (exes_process(dir, &pid) || !exes_settled(pid)))
			return 0; /* nobody is in it yet, it is about to begin, or gone again */
		err = exes_find_in(&w->terms->term[i], pid, &found);
		err = err ?: keep_exes(w->out, i, &found);
		free(found.key);
	}
	return err;
}

/* Puts the directory to the list unless the kernel would find the same for it without. */
static int keep_cgroup(
	struct walk *w, const char *dir, const struct match_level *l, const struct match_level *up)
{
	static const struct match_level above;
	const struct fence_vector *else_found = up ? &up->below : &above.below;
	struct resolved *out = w->out;
	struct resolved_cgroup found;
	int err;

	if (!l->whole && vectors_equal(&l->own, else_found) && vectors_equal(&l->below, else_found))
		return 0;
	found.whole = l->whole;
	err = cgroup_id(dir, &found.id);
	if (err)
		return err == -ENOENT ? 0 : err; /* it is gone again */
	err = vectors_put(&out->sets, &l->own, &found.own);
	err = err ?: vectors_put(&out->sets, &l->below, &found.below);
	err = err ?: list_grow(&out->cgroup, out->cgroup_n, 1, sizeof(found));
	if (!err)
		out->cgroup[out->cgroup_n++] = found;
	return err;
}

/* Parents come first and subtrees whole, so level[depth - 1] is of the parent. */
static int visit(const char *path, void *arg)
{
	struct walk *w = arg;
	struct match_level *l, *up;
	size_t depth = 0;
	char *dir;
	int err;

	for (const char *s = path; path[1] && *s; s++)
		depth += *s == '/';
	for (; depth >= w->level_n; w->level_n++) {
		err = list_grow(&w->level, w->level_n, 1, sizeof(*w->level));
		if (err)
			return err;
	}
	l = &w->level[depth];
	up = depth ? l - 1 : NULL;
	err = match_child(w->match, up, path, l);
	if (err)
		return err;
	w->containers |= container_is(path);
	if (asprintf(&dir, "%s%s", w->mount, path) < 0)
		return -ENOMEM;
	err = keep_cgroup(w, dir, l, up);
	err = err ?: find_within(w, dir, l, up);
	free(dir);
	return err;
}

/* "/var/lib/docker, /var/lib/lxc" */
static void list_places(char *to, size_t size)
{
	size_t n = 0;

	*to = '\0';
	for (int i = 0; runtimes_places[i] && n < size; i++)
		n += snprintf(to + n, size - n, "%s%s", i ? ", " : "", runtimes_places[i]);
}

/* Where nothing can tell of containers, a rule about them would never match, and nobody would know. */
static int refuse_containers(const struct walk *w, const struct containers *c)
{
	char where[TERM_WHERE], places[512];

	for (size_t i = 0; i < w->terms->n; i++) {
		const struct term *t = &w->terms->term[i];

		/* An exemption is about one that was there. */
		if (!t->origin || !term_by_container(t))
			continue;
		if (w->containers || !c || containers_any(c))
			return 0;
		list_places(places, sizeof(places));
		return refuse(-EOPNOTSUPP,
			"%s: '%s' is about containers, and no container runtime's files are on this machine: %s, or a user's in ~/.local/share",
			term_where(where, t), t->name, places);
	}
	return 0;
}

/* A label that no file on this machine tells would never match, and nobody would know. */
static int refuse_labels(const struct walk *w)
{
	size_t known, labelled;
	struct match_value v;
	char where[TERM_WHERE];

	match_containers(w->match, &known, &labelled);
	for (size_t i = 0; known && !labelled && match_value(w->match, i, &v); i++)
		if (v.by_label && !v.seen)
			return refuse(-EOPNOTSUPP,
				"%s: %s: no file on this machine tells the labels of its containers (Podman's are in a database)",
				term_where(where, v.term), v.kind);
	return 0;
}

static void warn_missing(const struct walk *w)
{
	struct match_value v;
	char where[TERM_WHERE];
	size_t n = 0;

	for (size_t i = 0; match_value(w->match, i, &v); i++) {
		if (v.seen || n++ >= WARNINGS)
			continue;
		term_where(where, v.term);
		if (v.distrusted)
			say("%s: warning: %s %s is a user's own container, and so earns nothing by '%s', which does not name the user",
				where, v.kind, v.text, v.term->name);
		else
			say("%s: warning: no %s%s %s is here now; '%s' waits for it", where,
				v.of_container ? "container of " : "", v.kind, v.text,
				v.term->name);
	}
	if (n > WARNINGS)
		say("warning: so do rules for %zu more units, cgroups and containers",
			n - WARNINGS);
}

static void warn_within(const struct walk *w)
{
	char where[TERM_WHERE];

	for (size_t i = 0; i < w->terms->n; i++) {
		bool found = !vectors_has(&w->within, i);

		for (size_t j = 0; !found && j < w->out->exe_n; j++)
			found = w->out->exe[j].term == i;
		if (!found)
			say("%s: warning: no container that '%s' means has its executable now; it waits for one",
				term_where(where, &w->terms->term[i]), w->terms->term[i].name);
	}
}

static int find_cgroups(struct walk *w, const struct containers *c)
{
	int err = 0;

	for (size_t i = 0; i < w->terms->n; i++)
		if (exes_within(&w->terms->term[i]))
			vectors_set(&w->within, i);
	if (match_needed(w->match))
		err = cgroup_walk(w->mount, visit, w);
	if (err)
		return fail(err, "find the policy's cgroups below %s", w->mount);
	err = refuse_containers(w, c);
	err = err ?: refuse_labels(w);
	if (err)
		return err;
	warn_missing(w);
	warn_within(w);
	return 0;
}

int resolve_terms(const struct terms *t, const char *cgroup_mount, struct containers *c,
	struct resolved **out)
{
	struct walk w = { .terms = t, .mount = cgroup_mount, .out = calloc(1, sizeof(*w.out)) };
	int err = w.out ? vectors_init(&w.out->sets) : -ENOMEM;

	err = err ?: match_open(t, c, &w.match);
	if (err == -ENOMEM)
		(void)fail(err, "resolve the rules");
	err = err ?: find_exes(t, w.out);
	err = err ?: find_names(t, w.out);
	err = err ?: find_cgroups(&w, c);
	match_close(w.match);
	free(w.level);
	if (err)
		resolve_free(w.out);
	else
		*out = w.out;
	return err;
}

void resolve_free(struct resolved *r)
{
	if (!r)
		return;
	free(r->exe);
	free(r->to);
	free(r->cgroup);
	vectors_free(&r->sets);
	free(r);
}
