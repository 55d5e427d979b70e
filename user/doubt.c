/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Warnings on rules that can never decide, or that promise less than they seem to. */
#include "doubt.h"

#include <string.h>
#include <sys/socket.h>

#include "bpf/fence.h"
#include "profile.h"
#include "rule.h"
#include "yaml.h"

/* Every pair of up to 1,024 rules is compared: this keeps it short on any input. */
#define LONG 16

static bool too_long(const struct selectors *s)
{
	bool is = s->to_n > LONG || s->port_n > LONG || s->not_to_n > LONG ||
		  s->not_port_n > LONG || s->label_n > LONG;

	for (size_t i = 0; !is && i < SELECTOR_COUNT; i++)
		is = s->by[i].n > LONG;
	for (size_t i = 0; !is && i < s->label_n; i++)
		is = s->label[i].value.n > LONG;
	return is;
}

/* `few` within `many`, both sorted; no list at all is everything. Patterns are taken for texts. */
static bool texts_within(const struct selectors_list *few, const struct selectors_list *many)
{
	size_t k = 0;

	if (!many->n)
		return true;
	for (size_t i = 0; i < few->n; i++, k++) {
		while (k < many->n && strcmp(few->text[i], many->text[k]))
			k++;
		if (k == many->n)
			return false;
	}
	return few->n;
}

/* The same for users or groups, of which some have a name in one rule and a number in the other. */
static bool ids_within(const struct selectors *few, const struct selectors *many, bool groups)
{
	const struct selectors_list *f = few->by + (groups ? SELECTOR_GROUP : SELECTOR_USER);
	const struct selectors_list *m = many->by + (groups ? SELECTOR_GROUP : SELECTOR_USER);
	const uint32_t *have = groups ? many->gid : many->uid;
	const uint32_t *want = groups ? few->gid : few->uid;
	size_t k;

	if (!m->n)
		return true;
	for (size_t i = 0; i < f->n; i++) {
		for (k = 0; k < m->n && have[k] != want[i]; k++)
			;
		if (k == m->n)
			return false;
	}
	return f->n;
}

static const struct selectors_list *label_of(const struct selectors *s, const char *key)
{
	for (size_t i = 0; i < s->label_n; i++)
		if (!strcmp(s->label[i].key, key))
			return &s->label[i].value;
	return NULL;
}

static bool labels_within(const struct selectors *few, const struct selectors *many)
{
	for (size_t i = 0; i < many->label_n; i++) {
		const struct selectors_list *l = label_of(few, many->label[i].key);

		if (!l || !texts_within(l, &many->label[i].value))
			return false;
	}
	return true;
}

/* Who it is about; where to is another matter. */
static bool subjects_within(const struct selectors *few, const struct selectors *many)
{
	for (size_t i = SELECTOR_EXE; i < SELECTOR_NAME; i++)
		if (!texts_within(few->by + i, many->by + i))
			return false;
	return ids_within(few, many, false) && ids_within(few, many, true) &&
	       labels_within(few, many);
}

static bool among(uint16_t port, const uint16_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == port)
			return true;
	return false;
}

static bool speaks_of(const struct selectors *s, uint16_t port, const struct profile *p)
{
	if (among(port, s->not_port, s->not_port_n))
		return false;
	return s->port_n ? among(port, s->port, s->port_n) : profile_blocks(p, port);
}

/* All ports that `few` speaks of; *any: there are some. */
static bool ports_within(const struct selectors *few, const struct selectors *many,
	const struct profile *p, bool *any)
{
	const uint16_t *port = few->port_n ? few->port : p->blocked;
	size_t n = few->port_n ? few->port_n : p->blocked_n;
	bool within = true;

	*any = false;
	for (size_t i = 0; i < n; i++) {
		if (!speaks_of(few, port[i], p))
			continue;
		*any = true;
		within = within && speaks_of(many, port[i], p);
	}
	return within;
}

static bool covered(const struct address *a, const struct address *prefix, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (address_covers(prefix + i, a))
			return true;
	return false;
}

static bool classes_within(
	const struct selectors *few, const struct selectors *many, const struct profile *p)
{
	static const int families[] = { AF_INET, AF_INET6 };
	bool few_any = !selectors_name_target(few), many_any = !selectors_name_target(many);

	for (int i = 0; i < 2; i++) {
		uint32_t scope = profile_scope(p, families[i]);

		if ((few_any ? scope : few->to_classes) & ~(many_any ? scope : many->to_classes))
			return false;
	}
	return true;
}

/*
 * A rule without `to:` speaks of the profile's scope, which an address may be part of or not. A class
 * does not cover an address: as the host's own it may be of class `own` instead.
 */
static bool targets_within(
	const struct selectors *few, const struct selectors *many, const struct profile *p)
{
	if (many->not_to_n || many->not_classes || !classes_within(few, many, p))
		return false;
	if (!texts_within(few->by + SELECTOR_NAME, many->by + SELECTOR_NAME) &&
		few->by[SELECTOR_NAME].n)
		return false;
	if (!selectors_name_target(many))
		return !few->to_n && !few->by[SELECTOR_NAME].n;
	if (few->by[SELECTOR_NAME].n && !many->by[SELECTOR_NAME].n)
		return false;
	for (size_t i = 0; i < few->to_n; i++)
		if (!covered(few->to + i, many->to, many->to_n))
			return false;
	return true;
}

static bool fails_closed(const struct policy_rule *r)
{
	return order_is_strict(&r->then) && !r->audit;
}

/* True when all that `later` matches is decided by `earlier` before it. Cautious: false when in doubt. */
static bool covers(
	const struct policy_rule *earlier, const struct policy_rule *later, const struct profile *p)
{
	bool any;

	/* what must identify to let pass does not apply while it cannot; what blocks does */
	if (!fails_closed(earlier) && fails_closed(later) && selectors_identify(&earlier->when))
		return false;
	return ports_within(&later->when, &earlier->when, p, &any) &&
	       targets_within(&later->when, &earlier->when, p) &&
	       subjects_within(&later->when, &earlier->when);
}

static bool same_ports(const uint16_t *a, size_t a_n, const uint16_t *b, size_t b_n)
{
	return a_n == b_n && (!a_n || !memcmp(a, b, a_n * sizeof(*a)));
}

static bool same_addresses(const struct address *a, size_t a_n, const struct address *b, size_t b_n)
{
	bool same = a_n == b_n;

	for (size_t i = 0; same && i < a_n; i++)
		same = address_equal(a + i, b + i);
	return same;
}

/* True when both match the same attempts, word for word. */
static bool same_conditions(const struct selectors *a, const struct selectors *b)
{
	bool same = a->to_classes == b->to_classes && a->not_classes == b->not_classes &&
		    a->label_n == b->label_n &&
		    same_ports(a->port, a->port_n, b->port, b->port_n) &&
		    same_ports(a->not_port, a->not_port_n, b->not_port, b->not_port_n) &&
		    same_addresses(a->to, a->to_n, b->to, b->to_n) &&
		    same_addresses(a->not_to, a->not_to_n, b->not_to, b->not_to_n);

	for (size_t i = 0; same && i < SELECTOR_COUNT; i++)
		same = a->by[i].n == b->by[i].n &&
		       (!a->by[i].n || texts_within(a->by + i, b->by + i));
	return same && labels_within(a, b) && labels_within(b, a);
}

static void warn_shadow(const struct policy_rule *rules, size_t later, const struct profile *p)
{
	const struct policy_rule *r = rules + later, *e;

	if (too_long(&r->when))
		return;
	for (size_t i = 0; i < later; i++) {
		e = rules + i;
		if (e->layer != r->layer || too_long(&e->when))
			continue;
		if (same_conditions(&e->when, &r->when)) {
			yaml_warn(r->at,
				"rule '%s' never decides: '%s' in line %u has the same conditions",
				r->name, e->name, e->line);
			return;
		}
		if (covers(e, r, p)) {
			yaml_warn(r->at,
				"rule '%s' can never match: '%s' in line %u decides all of it",
				r->name, e->name, e->line);
			return;
		}
	}
}

/* What it excludes is all that it is about. NULL: it is not. */
static const char *excluded(const struct selectors *s, const struct profile *p)
{
	uint32_t classes = selectors_name_target(s) ? s->to_classes : p->scope;
	bool any, targets = classes & ~s->not_classes;

	ports_within(s, s, p, &any);
	if (!any)
		return "'not: port' takes away all its ports";
	for (size_t i = 0; i < s->to_n; i++)
		targets = targets || !covered(s->to + i, s->not_to, s->not_to_n);
	return targets || s->by[SELECTOR_NAME].n ? NULL
						 : "'not: to' takes away all its destinations";
}

/* False: there is no attempt that it matches, whatever the other rules are. */
static bool warn_never(const struct policy_rule *r, const struct profile *p)
{
	const struct selectors *s = &r->when;
	bool by_port = !s->port_n && !p->blocked_n;
	const char *why;

	if (by_port || (!selectors_name_target(s) && !p->scope)) {
		yaml_warn(r->at,
			"rule '%s' can never match: profile %s blocks nothing, so name %s in it",
			r->name, p->name, by_port ? "ports (port)" : "addresses (to)");
		return false;
	}
	why = excluded(s, p);
	if (!why && (s->by[SELECTOR_INTERFACE].n || s->by[SELECTOR_VM].n) &&
		(s->by[SELECTOR_USER].n || s->by[SELECTOR_GROUP].n || s->by[SELECTOR_EXE].n ||
			s->by[SELECTOR_MTA].n || selectors_by_cgroup(s)))
		why = "packets of a guest, which interface and vm select, carry no process";
	if (why)
		yaml_warn(r->at, "rule '%s' can never match: %s", r->name, why);
	return !why;
}

void doubt_rule(const struct policy_rule *rules, size_t index, const struct profile *p)
{
	const struct policy_rule *r = rules + index;
	const struct selectors *s = &r->when;
	const struct selectors_list *by = s->by;

	if (warn_never(r, p))
		warn_shadow(rules, index, p);
	if (s->port_n && s->not_port_n)
		yaml_warn(r->at, "rule '%s' has both port and 'not: port'; the first says it all",
			r->name);
	if (!r->layer && by[SELECTOR_EXE].n && !by[SELECTOR_USER].n && !by[SELECTOR_GROUP].n &&
		!by[SELECTOR_MTA].n && !by[SELECTOR_TENANT].n && !selectors_by_cgroup(s) &&
		(r->then.action == ACTION_ALLOW || r->then.action == ACTION_LIMIT))
		yaml_warn(r->at,
			"rule '%s' allows by exe alone: whoever may run the program can make it send (LD_PRELOAD); add user or unit",
			r->name);
	if (by[SELECTOR_INTERFACE].n || by[SELECTOR_VM].n)
		yaml_warn(r->at,
			"rule '%s' selects traffic of guests, which this version does not see: 'smtpfence up' refuses it",
			r->name);
	if (by[SELECTOR_NAME].n)
		yaml_warn(r->at,
			"rule '%s' depends on the DNS: '%s'%s looked up at 'smtpfence up', and again by smtpfenced",
			r->name, by[SELECTOR_NAME].text[0],
			by[SELECTOR_NAME].n > 1 ? " and others are" : " is");
}
