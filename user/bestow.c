/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Puts an exemption, block or pause that was asked for in force, and tells what came of it. */
#include "bestow.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anchor.h"
#include "archive.h"
#include "asker.h"
#include "cut.h"
#include "json.h"
#include "list.h"
#include "phrase.h"
#include "policy.h"
#include "profile.h"
#include "raise.h"
#include "say.h"
#include "slip.h"
#include "state.h"
#include "text.h"

#define SECOND_NS 1000000000ULL

_Static_assert(!OPTIONS_GO_ON, "the others are positive");

/* The fence that it is for, as it stands. */
struct ground {
	const char *dir;
	struct state *asked;
	struct policy *policy;
};

static void ground_close(struct ground *g)
{
	state_free(g->asked);
	policy_free(g->policy);
}

static int ground_open(const char *dir, struct ground *g)
{
	char archive[PATH_MAX], first[17];
	int err;

	g->dir = dir;
	err = state_load(dir, &g->asked);
	if (err == -ENOENT)
		return refuse(err, "no fence is up: sudo smtpfence up");
	if (err)
		return err;
	snprintf(first, sizeof(first), "%.16s", g->asked->policy_hash);
	state_archive(archive, dir);
	err = archive_find(archive, strtoull(first, NULL, 16), &g->policy);
	if (err == -ENOENT || err == -ENOTUNIQ)
		return refuse(-EUCLEAN,
			"the text of policy %.8s is not kept in %s any more: smtpfence up POLICY",
			g->asked->policy_hash, archive);
	return err;
}

/* ---- what was asked becomes what is meant ---- */

static int check_term(const struct ground *ground, const struct grant *g)
{
	uint64_t longest = ground->policy->longest_s;
	char asked[32], most[32];

	if (!longest || g->lasts_s <= longest)
		return 0;
	return refuse(-ERANGE, "--for: %s is longer than %s, the longest that the policy allows",
		slip_span(asked, g->lasts_s), slip_span(most, longest));
}

static int bind_name(struct grant *g, const char *name)
{
	char **ids = NULL;
	size_t n = 0;
	int err = anchor_container(name, &ids, &n);

	for (size_t i = 0; !err && i < n; i++)
		err = selectors_flag(&g->e.who, "container", ids[i]);
	list_free_text(ids, n);
	return err;
}

static int settle(struct grant *g)
{
	int err = 0;

	for (size_t i = 0; !err && i < g->container_n; i++)
		err = g->by_name ? selectors_flag(&g->e.who, "container", g->container[i])
				 : bind_name(g, g->container[i]);
	err = err ?: selectors_settle(&g->e.who);
	if (err)
		return err;
	g->e.by = asker_name();
	g->e.since_ns = text_wall_now();
	g->e.until_ns = g->e.since_ns + g->lasts_s * SECOND_NS;
	return g->e.by ? 0 : fail(-ENOMEM, "find who asked");
}

/* A name that nobody bears may be blocked beforehand; any other mistake is one. */
static int count(const struct ground *ground, const struct grant *g, struct census_count *out)
{
	struct census_ask ask = { ground->policy, &g->e, ground->asked->cgroup };
	bool beforehand = g->by_name && order_is_strict(&g->e.order);
	struct census_count found = {};
	struct census *c = NULL;
	int err = census_open(&ask, &c);

	err = err ?: census_take(c, &found);
	if (!err && found.by_cgroup && !found.workloads && !beforehand)
		err = census_refuse(c);
	census_close(c);
	found.first = NULL; /* was the census's */
	if (!err)
		*out = found;
	return err;
}

/* ---- in force ---- */

struct addition {
	struct exemption *e;
	unsigned id;
};

static int refuse_second(const struct exemption *e, uint64_t now)
{
	char left[32];

	return refuse(-EEXIST, "%s has paused the fence already, for %s from now: smtpfence resume",
		e->by, slip_span(left, (e->until_ns - now) / SECOND_NS));
}

static int add(struct exemptions *all, void *arg)
{
	struct addition *a = arg;
	uint64_t now = text_wall_now();
	int err;

	for (size_t i = 0; a->e->pause && i < all->n; i++)
		if (all->e[i].pause && exemption_state(all->e + i, now) == EXEMPTION_IN_FORCE)
			return refuse_second(all->e + i, now);
	err = exemptions_add(all, a->e, &a->id);
	return err == -ENOMEM ? fail(err, "keep the exemption") : err;
}

static int find(const char *dir, unsigned id, struct exemption *out)
{
	struct exemptions all = {};
	struct exemption *e;
	char store[PATH_MAX];
	int err = exemptions_load(state_store(store, dir), &all);

	if (err)
		return err;
	e = exemptions_find(&all, id);
	if (e) {
		*out = *e;
		*e = (struct exemption){};
	}
	exemptions_clear(&all);
	return e ? 0 : refuse(-ENOENT, "e%u is in force, and has been taken back by somebody", id);
}

static void end_connections(const struct ground *ground, struct bestow *b)
{
	struct census_ask ask = { ground->policy, &b->e, ground->asked->cgroup };
	const struct selectors *who = &b->e.who;
	const struct profile *p = ground->policy->profile;
	struct cut cut = { p->blocked, p->blocked_n, census_has, NULL };
	struct census *c = NULL;

	if (who->port_n) {
		cut.port = who->port;
		cut.port_n = who->port_n;
	}
	b->cut_err = census_open(&ask, &c);
	cut.arg = c;
	if (!b->cut_err)
		b->cut_err = cut_connections(&cut, &b->cut, &b->uncut);
	census_close(c);
}

int bestow(struct grant *g, struct bestow *out)
{
	struct ground ground = {};
	struct bestow b = {};
	struct addition a = { &g->e, 0 };
	int err = ground_open(g->state, &ground);

	err = err ?: check_term(&ground, g);
	err = err ?: settle(g);
	err = err ?: count(&ground, g, &b.count);
	err = err ?: raise_change(g->state, add, &a);
	err = err ?: find(g->state, a.id, &b.e);
	if (err)
		goto out;
	b.enforced = ground.policy->enforce;
	b.strict = order_is_strict(&b.e.order);
	if (b.enforced && b.strict)
		end_connections(&ground, &b);
	*out = b;
out:
	ground_close(&ground);
	return err;
}

void bestow_clear(struct bestow *b)
{
	exemption_clear(&b->e);
	*b = (struct bestow){};
}

/* ---- telling ---- */

static void tell_matches(const struct census_count *c, FILE *to)
{
	char text[160] = "";

	if (c->by_cgroup)
		phrase_add_count(text, sizeof(text), c->workloads, "workload");
	if (c->by_process) {
		phrase_add(text, sizeof(text), "%s", c->by_cgroup ? ", " : "");
		phrase_add_count(text, sizeof(text), c->processes, "process");
	}
	if (*text)
		fprintf(to, "  matches   %s now\n", text);
}

static void tell_cut(const struct bestow *b, FILE *to)
{
	char text[160] = "";

	if (!b->strict || !b->enforced || b->cut_err)
		return;
	phrase_add_count(text, sizeof(text), b->cut, "open connection");
	fprintf(to, "  ended     %s\n", text);
	if (b->uncut) {
		*text = '\0';
		phrase_add_count(text, sizeof(text), b->uncut, "open connection");
		fprintf(to, "  NOT ended %s\n", text);
	}
}

static void tell_people(const struct bestow *b, FILE *to)
{
	char what[1024], span[32], until[32], by[64];

	fprintf(to, "e%u: %s, for %s\n", b->e.id, slip_what(what, sizeof(what), &b->e),
		slip_span(span, (b->e.until_ns - b->e.since_ns) / SECOND_NS));
	fprintf(to, "  until     %s, asked for by %s\n", text_local(until, b->e.until_ns),
		text_inert(by, sizeof(by), b->e.by, strlen(b->e.by)));
	tell_matches(&b->count, to);
	tell_cut(b, to);
	if (!b->enforced)
		fputs("  but       the fence is in audit: nothing is blocked, this is recorded only\n",
			to);
	fprintf(to,
		b->e.pause ? "  undo      sudo smtpfence resume\n"
			   : "  undo      sudo smtpfence revoke e%u\n",
		b->e.id);
}

void bestow_tell(const struct bestow *b, bool json, FILE *to)
{
	struct json j;

	if (!json) {
		tell_people(b, to);
		return;
	}
	json_init(&j, to);
	json_open(&j, NULL, '{');
	slip_json(&j, "exemption", &b->e, b->e.since_ns);
	json_bool(&j, "enforced", b->enforced);
	if (b->count.by_cgroup)
		json_number(&j, "workloads", b->count.workloads);
	if (b->count.by_process)
		json_number(&j, "processes", b->count.processes);
	if (b->strict && b->enforced && !b->cut_err) {
		json_number(&j, "connections_ended", b->cut);
		json_number(&j, "connections_not_ended", b->uncut);
	}
	json_close(&j, '}');
}

int bestow_as(int argc, char **argv, const struct grant_form *form, const char *state, FILE *to)
{
	struct grant g = { .state = state };
	struct bestow b = {};
	int err = grant_read(argc, argv, form, &g, to);

	if (err == OPTIONS_GO_ON && geteuid())
		err = refuse(-EPERM, "only root can change the fence: sudo smtpfence %s ...",
			form->verb);
	else if (err == OPTIONS_GO_ON)
		err = bestow(&g, &b);
	if (!err)
		bestow_tell(&b, g.json, to);
	bestow_clear(&b);
	grant_clear(&g);
	return err;
}
