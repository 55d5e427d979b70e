/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ends exemptions, blocks and pauses before their time. */
#include "lift.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>

#include "exemption.h"
#include "json.h"
#include "raise.h"
#include "say.h"
#include "slip.h"
#include "state.h"
#include "text.h"

#define NOTHING 1 /* of a change: there is nothing to do */

struct change {
	unsigned id;
	uint64_t at; /* when it was, which tells what ended by it */
};

static int end_one(struct exemption *e, const struct change *c)
{
	if (!e)
		return refuse(
			-ENOENT, "there is no e%u; smtpfence list shows what there is", c->id);
	if (exemption_state(e, c->at) != EXEMPTION_IN_FORCE)
		return refuse(
			-EALREADY, "e%u had ended already; smtpfence list --all shows when", c->id);
	e->revoked_ns = c->at;
	return 0;
}

static int end_pauses(struct exemptions *all, const struct change *c)
{
	int err = NOTHING;

	for (size_t i = 0; i < all->n; i++)
		if (all->e[i].pause && exemption_state(all->e + i, c->at) == EXEMPTION_IN_FORCE) {
			all->e[i].revoked_ns = c->at;
			err = 0;
		}
	return err;
}

static int change(struct exemptions *all, void *arg)
{
	struct change *c = arg;

	c->at = text_wall_now();
	return c->id ? end_one(exemptions_find(all, c->id), c) : end_pauses(all, c);
}

static void tell_one(const struct exemption *e, FILE *to)
{
	char what[1024], span[32];

	fprintf(to, "e%u has ended: %s; it had %s left\n", e->id, slip_what(what, sizeof(what), e),
		slip_span(span, (e->until_ns - e->revoked_ns) / 1000000000));
}

static void tell(const struct exemptions *all, const struct change *c, bool json, FILE *to)
{
	struct json j;
	size_t n = 0;

	json_init(&j, to);
	if (json) {
		json_open(&j, NULL, '{');
		json_open(&j, "ended", '[');
	}
	for (size_t i = 0; c->at && i < all->n; i++) {
		if (all->e[i].revoked_ns != c->at)
			continue;
		n++;
		if (json)
			slip_json(&j, NULL, all->e + i, c->at);
		else
			tell_one(all->e + i, to);
	}
	if (json) {
		json_close(&j, ']');
		json_close(&j, '}');
	} else if (!n) {
		fputs("the fence is not paused: nothing to do\n", to);
	}
}

int lift(const struct lift *ask, FILE *to)
{
	struct change c = { .id = ask->id };
	struct exemptions all = {};
	char store[PATH_MAX];
	int err = raise_change(ask->state, change, &c);

	if (err < 0)
		return err;
	if (err == NOTHING)
		c.at = 0;
	err = exemptions_load(state_store(store, ask->state), &all);
	if (!err)
		tell(&all, &c, ask->json, to);
	exemptions_clear(&all);
	return err;
}
