/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each term orders, as the kernel takes it. Pure. */
#include "orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy.h"
#include "terms.h"

#define NS_PER_S 1000000000ULL

/* FNV-1a, the zero included, so that neighbours do not run into each other. */
static uint64_t hash(uint64_t h, const char *s)
{
	do
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	while (*s++);
	return h;
}

static int limit_name(const struct policy *p, const struct term *t, __u64 *name)
{
	const struct policy_rule *r = t->number & FENCE_EXEMPTION ? NULL : &p->rule[t->number];
	uint64_t h = 0xcbf29ce484222325;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return -ENOMEM;
	order_print(to, t->order);
	if (ferror(to) | fclose(to)) {
		free(text);
		return -ENOMEM;
	}
	h = hash(h, t->name);
	h = hash(h, r && r->layer ? p->layer[r->layer - 1].tenant : "");
	h = hash(h, text);
	free(text);
	*name = h ?: 1;
	return 0;
}

static int fill(const struct orders_input *in, const struct term *t, struct fence_term *out)
{
	const struct order *o = t->order;

	out->until_ns = t->until_ns;
	out->number = t->number;
	out->next = t->next;
	out->pass = t->pass;
	out->audit = t->audit;
	out->action = o->action;
	/* also for what a limit blocks, and for what has nowhere to go */
	if (o->action != ACTION_ALLOW && o->action != ACTION_DROP)
		out->err = o->err ?: in->policy->err ?: in->fallback_errno;
	out->transparent = o->transparent;
	if (o->action == ACTION_REDIRECT)
		out->relay = o->relay;
	if (o->action == ACTION_ANSWER)
		out->relay = *in->answer;
	if (o->action != ACTION_LIMIT)
		return 0;
	out->most = o->most;
	out->most_to = o->most_to;
	out->window_ns = o->window_s * NS_PER_S;
	return limit_name(in->policy, t, &out->limit);
}

int orders_fill(const struct orders_input *in, struct fence_term **out)
{
	struct fence_term *term = calloc(in->terms->n + 1, sizeof(*term));
	int err = term ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < in->terms->n; i++)
		err = fill(in, &in->terms->term[i], &term[i]);
	if (err)
		free(term);
	else
		*out = term;
	return err;
}
