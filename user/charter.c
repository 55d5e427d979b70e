/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a policy says, key by key. */
#include "charter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "bpf/fence.h"
#include "choice.h"
#include "doubt.h"
#include "list.h"
#include "preset.h"
#include "profile.h"
#include "say.h"
#include "text.h"
#include "yaml.h"

enum key {
	KEY_VERSION,
	KEY_MODE,
	KEY_PROFILE,
	KEY_ESTABLISHED,
	KEY_BLOCK,
	KEY_EXEMPTIONS,
	KEY_TENANTS,
	KEY_LAYERS,
	KEY_RULES,
	KEY_DEFAULT,
	KEYS,
};

static const char *const keys[] = { "version", "mode", "profile", "established", "block",
	"exemptions", "tenants", "layers", "rules", "default", NULL };
static const char *const keys_later[] = { "interfaces", "relay", "names", "label", NULL };
static const struct choice key_choice = { "a key of a policy", keys, keys_later };

_Static_assert(sizeof(keys) / sizeof(keys[0]) == KEYS + 1, "a name for each key");

const char *const charter_modes[] = { "audit", "enforce",
	NULL }; /* indexed by struct policy's enforce */
static const struct choice mode_choice = { "a mode", charter_modes, NULL };

const char *const charter_established[] = {
	[ESTABLISHED_KEEP] = "keep",
	[ESTABLISHED_COUNT] = "count",
	[ESTABLISHED_VALUES] = NULL,
};
static const char *const established_later[] = { "destroy", NULL };
static const struct choice established_choice = { "what can be done with open connections",
	charter_established, established_later };

static const struct choice errno_choice = { "an error a block may answer", action_errno_names,
	NULL };

static const struct choice preset_choice = { "a mail server", preset_names, NULL };

/* Watched whatever the policy says (DESIGN.md 2). */
static const uint16_t always[] = { 25, 26, 465, 587, 2525 };

/* A policy being read: the values of its keys, NULL where there is none. */
struct reading {
	struct policy *p;
	struct yaml_node *at[KEYS];
};

static int no_memory(void)
{
	return fail(-ENOMEM, "read policy");
}

static int read_version(const struct yaml_node *n)
{
	const char *s = yaml_scalar(n);

	if (!s || strcmp(s, "1"))
		return yaml_refuse(n, "this program reads version 1 of the policy format");
	return 0;
}

int charter_name_profile(struct policy *p, const char *given)
{
	p->profile_name = strdup(strchr(given, '/') ? given : p->profile->name);
	return p->profile_name ? 0 : no_memory();
}

static int read_profile(const struct yaml_node *n, struct policy *p)
{
	int err = profile_named(n, &p->profile);

	return err ? err : charter_name_profile(p, yaml_scalar(n));
}

static int read_longest(const struct yaml_node *map, struct policy *p)
{
	static const char *const names[] = { "longest", NULL };
	static const struct choice what = { "a key of exemptions", names, NULL };
	struct yaml_node *key, *n;
	const char *s;
	size_t k;
	int err = 0;

	if (!yaml_is_map(map))
		return yaml_refuse(map, "'exemptions' is a map: { longest: 7d }");
	for (size_t i = 0; !err && (n = yaml_at(map, i, &key)); i++) {
		err = choice_of(key, &what, &k);
		s = yaml_scalar(n);
		if (!err && (!s || text_duration(s, &p->longest_s)))
			err = yaml_refuse(n, "a time is expected here, such as 7d, 12h or 30m");
	}
	return err;
}

static int read_default(const struct yaml_node *n, struct policy *p)
{
	static const char *const ends[] = { "allow", "block", "drop", NULL };
	static const struct choice end = { "what a policy can end with", ends, NULL };
	struct order o;
	int err = order_read(n, &o);

	if (err)
		return err;
	if (o.action == ACTION_ALLOW || o.action == ACTION_BLOCK || o.action == ACTION_DROP) {
		p->otherwise = o;
		return 0;
	}
	order_clear(&o);
	return choice_refuse(n, &end, action_name(o.action));
}

/* What stands for itself; tenants, layers and rules are read in that order, wherever they stand. */
static int read_key(size_t key, const struct yaml_node *n, struct policy *p)
{
	size_t i;
	int err = 0;

	switch (key) {
	case KEY_VERSION:
		return read_version(n);
	case KEY_MODE:
		err = choice_of(n, &mode_choice, &i);
		p->enforce = !err && i;
		return err;
	case KEY_PROFILE:
		return read_profile(n, p);
	case KEY_ESTABLISHED:
		err = choice_of(n, &established_choice, &i);
		p->established = err ? 0 : i;
		return err;
	case KEY_BLOCK:
		err = choice_of(n, &errno_choice, &i);
		p->err = err ? 0 : action_errno_from_name(action_errno_names[i]);
		return err;
	case KEY_EXEMPTIONS:
		return read_longest(n, p);
	case KEY_DEFAULT:
		return read_default(n, p);
	default:
		return 0;
	}
}

static int read_keys(struct yaml_node *root, struct reading *r)
{
	struct yaml_node *key, *value;
	size_t k;
	int err = 0;

	if (!yaml_is_map(root))
		return yaml_refuse(root, "a policy has keys: version, mode, profile, rules, ...");
	for (size_t i = 0; !err && (value = yaml_at(root, i, &key)); i++) {
		err = choice_of(key, &key_choice, &k);
		if (err)
			break;
		r->at[k] = value;
		err = read_key(k, value, r->p);
	}
	if (!err && !r->at[KEY_VERSION])
		err = yaml_refuse(root, "'version: 1' is missing");
	if (!err && !r->at[KEY_PROFILE]) {
		err = profile_open("generic-cloud", &r->p->profile);
		err = err ? err : charter_name_profile(r->p, r->p->profile->name);
	}
	return err;
}

static int read_layers(const struct yaml_node *list, struct policy *p)
{
	struct layer_place into = { p->tenant, p->tenant_n, NULL, 0, 0 };
	struct yaml_node *n;
	int err = 0;

	if (!yaml_is_list(list))
		return yaml_refuse(list, "'layers' is a list: '- { tenant: ..., rules: ... }'");
	for (size_t i = 0; !err && (n = yaml_at(list, i, NULL)); i++) {
		into.number = i + 1;
		if (i == POLICY_LAYERS)
			err = yaml_refuse(n, "more than %d layers", POLICY_LAYERS);
		else if (list_grow(&p->layer, i, 1, sizeof(*p->layer)))
			err = no_memory();
		else
			p->layer[i] = (struct policy_layer){ NULL, NULL };
		if (!err)
			err = layer_read(n, false, &into, &p->layer[i].tenant);
		p->layer_n += !err;
	}
	p->rule = into.rule;
	p->rule_n = into.rule_n;
	return err;
}

/* Marks a port as watched; false when there is no room. */
static bool watch(uint16_t port, uint16_t watched[FENCE_PORTS], size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		if (watched[i] == port)
			return true;
	if (*n == FENCE_PORTS)
		return false;
	watched[(*n)++] = port;
	return true;
}

static int count_rule(const struct policy_rule *r, uint16_t watched[FENCE_PORTS], size_t *n)
{
	for (size_t k = 0; k < r->when.port_n; k++)
		if (!watch(r->when.port[k], watched, n))
			return yaml_refuse(r->at,
				"port %u is one too many: at most %d are watched, 25, 26, 465, 587, 2525 and the profile's among them",
				r->when.port[k], FENCE_PORTS);
	return 0;
}

/* The ports of the policy, and of `n` rules that may be its own or more. */
static int count_ports(const struct policy *p, const struct policy_rule *rule, size_t n)
{
	uint16_t watched[FENCE_PORTS];
	size_t count = 0;
	int err = 0;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		watch(always[i], watched, &count);
	for (size_t i = 0; i < p->profile->blocked_n; i++)
		if (!watch(p->profile->blocked[i], watched, &count))
			return refuse(-EINVAL,
				"profile %s blocks too many ports: at most %d are watched",
				p->profile->name, FENCE_PORTS);
	for (size_t i = 0; rule != p->rule && i < p->rule_n; i++)
		(void)count_rule(p->rule + i, watched, &count); /* they fitted before */
	for (size_t i = 0; !err && i < n; i++)
		err = count_rule(rule + i, watched, &count);
	return err;
}

static bool is_preset(const char *name)
{
	for (const char *const *known = preset_names; *known; known++)
		if (!strcmp(*known, name))
			return true;
	return false;
}

/* Tenants and mail servers that a rule names. */
static int check_names(const struct policy *p, const struct policy_rule *r)
{
	const struct selectors_list *tenant = r->when.by + SELECTOR_TENANT;
	const struct selectors_list *mta = r->when.by + SELECTOR_MTA;
	size_t which;
	int err = 0;

	for (size_t i = 0; i < tenant->n; i++)
		if (!tenants_find(p->tenant, p->tenant_n, tenant->text[i]))
			return yaml_refuse(rule_value(r, SELECTOR_TENANT, tenant->text[i]),
				"the policy has no tenant '%s'", tenant->text[i]);
	for (size_t i = 0; !err && i < mta->n; i++)
		err = choice_of(rule_value(r, SELECTOR_MTA, mta->text[i]), &preset_choice, &which);
	return err;
}

/* Its place is in another file when that is a CSV file. */
static int check_tenants(const struct yaml_node *n, const struct policy *p)
{
	char complaint[CHOICE_TEXT];

	for (size_t i = 0; i < p->tenant_n; i++)
		for (size_t k = 0; k < p->tenant[i].any_n; k++) {
			const struct selectors_list *mta = p->tenant[i].any[k].by + SELECTOR_MTA;

			for (size_t m = 0; m < mta->n; m++)
				if (!is_preset(mta->text[m]))
					return yaml_refuse(n, "tenant '%s': %s", p->tenant[i].name,
						choice_complaint(
							complaint, &preset_choice, mta->text[m]));
		}
	return 0;
}

int charter_check(const struct policy *p, struct policy_rule *rule, size_t n)
{
	int err = count_ports(p, rule, n);

	for (size_t i = 0; !err && i < n; i++)
		err = check_names(p, rule + i);
	for (size_t i = 0; !err && i < n; i++)
		doubt_rule(rule, i, p->profile);
	for (size_t i = 0; i < n; i++)
		rule[i].at = NULL;
	return err;
}

int charter_read(struct yaml_node *root, struct policy *p)
{
	struct reading r = { .p = p };
	int err = read_keys(root, &r);

	if (!err && r.at[KEY_TENANTS])
		err = tenants_read(r.at[KEY_TENANTS], p->path, &p->tenant, &p->tenant_n);
	if (!err)
		err = check_tenants(r.at[KEY_TENANTS], p);
	if (!err && r.at[KEY_LAYERS])
		err = read_layers(r.at[KEY_LAYERS], p);
	if (!err && r.at[KEY_RULES])
		err = rule_append(r.at[KEY_RULES], &p->rule, &p->rule_n);
	return err ? err : charter_check(p, p->rule, p->rule_n);
}
