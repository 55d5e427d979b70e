/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a policy makes constants of the programs: ports, scope, which dimensions are asked. Pure. */
#include "settings.h"

#include <errno.h>
#include <sys/socket.h>

#include "policy.h"
#include "profile.h"
#include "terms.h"

/* Recorded whatever the profile blocks (DESIGN 2). */
static const uint16_t RECORDED[] = { 25, 26, 465, 587, 2525 };

int settings_slot(const struct fence_settings *s, uint16_t port)
{
	for (int i = 0; i < s->ports; i++)
		if (s->port[i] == port)
			return i;
	return -1;
}

static int watch(struct fence_settings *s, uint16_t port)
{
	if (settings_slot(s, port) >= 0)
		return 0;
	if (s->ports == FENCE_PORTS)
		return -E2BIG;
	s->port[s->ports++] = port;
	s->watched[port / 64] |= 1ULL << port % 64;
	return 0;
}

static int fill_ports(const struct policy *p, const struct terms *t, struct fence_settings *s)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(RECORDED) / sizeof(*RECORDED); i++)
		(void)watch(s, RECORDED[i]); /* fewer than FENCE_PORTS */
	for (size_t i = 0; !err && p->profile && i < p->profile->blocked_n; i++)
		err = watch(s, p->profile->blocked[i]);
	for (size_t i = 0; i < t->n; i++)
		for (size_t j = 0; !err && j < t->term[i].part[0]->port_n; j++)
			err = watch(s, t->term[i].part[0]->port[j]);
	if (err)
		return err;
	for (size_t i = 0; p->profile && i < p->profile->blocked_n; i++)
		s->blocked |= 1U << settings_slot(s, p->profile->blocked[i]);
	return 0;
}

static void fill_term(const struct term *t, struct fence_settings *s)
{
	const struct selectors *own = t->part[0];

	s->has_to |= selectors_name_target(own) || own->not_to_n || own->not_classes;
	s->has_uid |= term_names(t, SELECTOR_USER);
	s->has_gid |= term_names(t, SELECTOR_GROUP);
	s->has_exe |= term_names(t, SELECTOR_EXE);
	s->has_cgroup |= term_by_cgroup(t);
	s->has_limit |= t->order->action == ACTION_LIMIT;
	s->has_detour |= t->order->action == ACTION_REDIRECT || t->order->action == ACTION_ANSWER;
}

int settings_fill(const struct policy *p, const struct terms *t, int fallback_errno,
	struct fence_settings *out)
{
	struct fence_settings s = {
		.scope4 = p->profile ? profile_scope(p->profile, AF_INET) : 1U << CLASS_PUBLIC,
		.scope6 = p->profile ? profile_scope(p->profile, AF_INET6) : 1U << CLASS_PUBLIC,
		.words = t->n ? (t->n + 63) / 64 : 1,
		.rules_at = t->rules_at,
		.terms = t->name,
		.enforce = p->enforce,
		.default_action = p->otherwise.action,
		.default_errno = p->otherwise.err ?: p->err ?: fallback_errno,
	};
	int err = fill_ports(p, t, &s);

	if (err)
		return err;
	for (size_t i = 0; i < t->n; i++)
		fill_term(&t->term[i], &s);
	*out = s;
	return 0;
}
