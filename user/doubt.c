/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Warnings on rules that can never decide, or that promise less than they seem to. */
#include "doubt.h"

#include <string.h>

#include "bpf/fence.h"
#include "profile.h"
#include "rule.h"
#include "yaml.h"

/* Every pair of up to 1,024 rules is compared: this keeps it short on any input. */
#define LONG 16

static bool too_long(const struct policy_rule *r)
{
	return r->to_n > LONG || r->port_n > LONG || r->user_n > LONG || r->exe_n > LONG ||
	       r->cgroup_n > LONG || r->unit_n > LONG;
}

/* `few` within `many`; no list at all is everything. Both are sorted. */
static bool texts_within(char *const *few, size_t few_n, char *const *many, size_t many_n)
{
	size_t k = 0;

	if (!many_n)
		return true;
	for (size_t i = 0; i < few_n; i++, k++) {
		while (k < many_n && strcmp(few[i], many[k]))
			k++;
		if (k == many_n)
			return false;
	}
	return few_n;
}

static bool uid_among(uint32_t uid, const struct policy_rule *r)
{
	for (size_t i = 0; i < r->user_n; i++)
		if (r->uid[i] == uid)
			return true;
	return false;
}

static bool users_within(const struct policy_rule *few, const struct policy_rule *many)
{
	if (!many->user_n)
		return true;
	for (size_t i = 0; i < few->user_n; i++)
		if (!uid_among(few->uid[i], many))
			return false;
	return few->user_n;
}

static bool speaks_of(const struct policy_rule *r, uint16_t port, const struct profile *p)
{
	if (!r->port_n)
		return profile_blocks(p, port);
	for (size_t i = 0; i < r->port_n; i++)
		if (r->port[i] == port)
			return true;
	return false;
}

static bool ports_within(
	const struct policy_rule *few, const struct policy_rule *many, const struct profile *p)
{
	const uint16_t *port = few->port_n ? few->port : p->blocked;
	size_t n = few->port_n ? few->port_n : p->blocked_n;

	for (size_t i = 0; i < n; i++)
		if (!speaks_of(many, port[i], p))
			return false;
	return true;
}

/* A class does not cover an address of its own: as the host's it may be of class `own` instead. */
static bool address_within(const struct address *a, const struct policy_rule *many)
{
	for (size_t i = 0; i < many->to_n; i++)
		if (address_covers(many->to + i, a))
			return true;
	return false;
}

/* A rule without `to:` speaks of the profile's scope, which an address may be part of or not. */
static bool targets_within(
	const struct policy_rule *few, const struct policy_rule *many, const struct profile *p)
{
	bool few_any = !few->to_n && !few->to_classes, many_any = !many->to_n && !many->to_classes;
	uint32_t few_classes = few_any ? p->scope : few->to_classes;
	uint32_t many_classes = many_any ? p->scope : many->to_classes;

	if (few_classes & ~many_classes)
		return false;
	if (many_any)
		return !few->to_n;
	for (size_t i = 0; i < few->to_n; i++)
		if (!address_within(few->to + i, many))
			return false;
	return true;
}

/* True when all that `later` matches is decided by `earlier` before it. Cautious: false when in doubt. */
static bool covers(
	const struct policy_rule *earlier, const struct policy_rule *later, const struct profile *p)
{
	/* an allow that must identify does not apply while it cannot; a block does */
	if (earlier->action == ACTION_ALLOW && later->action != ACTION_ALLOW &&
		rule_identifies(earlier))
		return false;
	if (too_long(earlier) || too_long(later))
		return false;
	return ports_within(later, earlier, p) && targets_within(later, earlier, p) &&
	       users_within(later, earlier) &&
	       texts_within(later->exe, later->exe_n, earlier->exe, earlier->exe_n) &&
	       texts_within(later->cgroup, later->cgroup_n, earlier->cgroup, earlier->cgroup_n) &&
	       texts_within(later->unit, later->unit_n, earlier->unit, earlier->unit_n);
}

static bool same_texts(char *const *a, size_t a_n, char *const *b, size_t b_n)
{
	bool same = a_n == b_n;

	for (size_t i = 0; same && i < a_n; i++)
		same = !strcmp(a[i], b[i]);
	return same;
}

/* True when both match the same attempts, word for word. */
static bool same_conditions(const struct policy_rule *a, const struct policy_rule *b)
{
	bool same = !too_long(a) && !too_long(b) && a->to_classes == b->to_classes &&
		    a->to_n == b->to_n && a->port_n == b->port_n;

	for (size_t i = 0; same && i < a->to_n; i++)
		same = address_equal(a->to + i, b->to + i);
	for (size_t i = 0; same && i < a->port_n; i++)
		same = a->port[i] == b->port[i];
	return same && same_texts(a->user, a->user_n, b->user, b->user_n) &&
	       same_texts(a->exe, a->exe_n, b->exe, b->exe_n) &&
	       same_texts(a->cgroup, a->cgroup_n, b->cgroup, b->cgroup_n) &&
	       same_texts(a->unit, a->unit_n, b->unit, b->unit_n);
}

/* It speaks of the profile's ports or scope, and the profile has none. */
static bool idle(const struct policy_rule *r, const struct profile *p)
{
	return (!r->port_n && !p->blocked_n) || (!r->to_n && !r->to_classes && !p->scope);
}

static void warn_shadow(const struct yaml_node *n, const struct policy_rule *rules, size_t later,
	const struct profile *p)
{
	const struct policy_rule *r = rules + later, *e;

	if (idle(r, p)) {
		yaml_warn(n,
			"rule '%s' can never match: profile %s blocks nothing, so name %s in it",
			r->name, p->name, r->port_n ? "addresses (to)" : "ports (port)");
		return;
	}
	for (size_t i = 0; i < later; i++) {
		e = rules + i;
		if (same_conditions(e, r)) {
			yaml_warn(n,
				"rule '%s' never decides: '%s' in line %u has the same conditions",
				r->name, e->name, e->line);
			return;
		}
		if (covers(e, r, p)) {
			yaml_warn(n, "rule '%s' can never match: '%s' in line %u decides all of it",
				r->name, e->name, e->line);
			return;
		}
	}
}

void doubt_rule(const struct yaml_node *n, const struct policy_rule *rules, size_t index,
	const struct profile *p)
{
	const struct policy_rule *r = rules + index;

	warn_shadow(n, rules, index, p);
	if (r->action == ACTION_ALLOW && r->exe_n && !r->user_n && !r->unit_n && !r->cgroup_n)
		yaml_warn(n,
			"rule '%s' allows by exe alone: whoever may run the program can make it send (LD_PRELOAD); add user or unit",
			r->name);
	if (r->unit_n)
		yaml_warn(n,
			"rule '%s' names a unit: one that starts or restarts later is a new cgroup, which the rule knows after the next 'smtpfence up'",
			r->name);
}
