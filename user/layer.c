/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules that a tenant makes for itself. */
#include "layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"
#include "choice.h"
#include "list.h"
#include "say.h"
#include "yaml.h"

#define DEFAULT_NAME "default"

enum key {
	KEY_TENANT,
	KEY_RULES,
	KEY_DEFAULT,
	KEY_VERSION,
};

static const char *const keys[] = { "tenant", "rules", "default", NULL };
static const struct choice key_choice = { "a key of a layer", keys, NULL };

static const char *const file_keys[] = { "tenant", "rules", "default", "version", NULL };
static const struct choice file_key_choice = { "a key of a tenant's file", file_keys, NULL };

static const char *const versions[] = { "1", NULL };
static const struct choice version_choice = { "a version that this program reads", versions, NULL };

/* The values of a layer's keys; NULL where there is none. */
struct parts {
	const struct yaml_node *at[KEY_VERSION + 1];
};

static int read_parts(const struct yaml_node *n, const struct choice *c, struct parts *out)
{
	struct yaml_node *key, *value;
	size_t k;
	int err = 0;

	if (!yaml_is_map(n))
		return yaml_refuse(n, "a layer has keys: tenant, rules, default");
	for (size_t i = 0; !err && (value = yaml_at(n, i, &key)); i++) {
		err = choice_of(key, c, &k);
		if (!err)
			out->at[k] = value;
	}
	return err;
}

static int check_tenant(const struct yaml_node *n, const struct layer_place *into)
{
	const char *name = yaml_scalar(n);

	if (!name)
		return yaml_refuse(n, "the name of a tenant is expected here");
	if (!tenants_find(into->tenant, into->tenant_n, name))
		return yaml_refuse(n, "the policy has no tenant '%s'", name);
	return 0;
}

/* Its `default:` as a rule without conditions, behind the others. */
static int read_default(const struct yaml_node *n, struct layer_place *into)
{
	struct policy_rule r = { .named = true, .line = yaml_line(n), .at = n };
	int err;

	if (into->rule_n == FENCE_RULES)
		return yaml_refuse(n, "more than %d rules", FENCE_RULES);
	err = order_read(n, &r.then);
	if (err)
		return err;
	if (r.then.action != ACTION_BLOCK && r.then.action != ACTION_DROP) {
		order_clear(&r.then);
		return yaml_refuse(n,
			"the default of a layer is block or drop; without one the rules below it decide");
	}
	r.name = strdup(DEFAULT_NAME);
	if (!r.name || list_grow(&into->rule, into->rule_n, 1, sizeof(*into->rule))) {
		rule_clear(&r);
		return fail(-ENOMEM, "read policy");
	}
	into->rule[into->rule_n++] = r;
	return 0;
}

static int check_rule(const struct policy_rule *r, const char *tenant, bool default_too)
{
	const struct selectors_list *tenants = r->when.by + SELECTOR_TENANT;

	if (r->audit)
		return yaml_refuse(r->at,
			"a tenant can only tighten: a rule in audit would let pass what the operator's rules block");
	if (r->then.action == ACTION_LIMIT || r->then.action == ACTION_REDIRECT)
		return yaml_refuse(r->at,
			"a tenant can only tighten: 'limit' and 'redirect' would let pass what the operator's rules block (accepted: allow, block, drop, answer)");
	if (default_too && !strcmp(r->name, DEFAULT_NAME))
		return yaml_refuse(
			r->at, "'" DEFAULT_NAME "' is what the layer's own default is called");
	for (size_t i = 0; i < tenants->n; i++)
		if (strcmp(tenants->text[i], tenant))
			return yaml_refuse(rule_value(r, SELECTOR_TENANT, tenants->text[i]),
				"the rules of a layer are for its own tenant, '%s'", tenant);
	return 0;
}

static int read_rules(const struct parts *p, struct layer_place *into)
{
	const char *tenant = yaml_scalar(p->at[KEY_TENANT]);
	size_t first = into->rule_n;
	int err = 0;

	if (p->at[KEY_RULES])
		err = rule_append(p->at[KEY_RULES], &into->rule, &into->rule_n);
	for (size_t i = first; !err && i < into->rule_n; i++)
		err = check_rule(into->rule + i, tenant, p->at[KEY_DEFAULT]);
	if (!err && p->at[KEY_DEFAULT])
		err = read_default(p->at[KEY_DEFAULT], into);
	for (size_t i = first; i < into->rule_n; i++)
		into->rule[i].layer = into->number;
	return err;
}

int layer_read(const struct yaml_node *n, bool file, struct layer_place *into, char **tenant)
{
	struct parts p = { { NULL } };
	size_t before = into->rule_n, version;
	char *name;
	int err = read_parts(n, file ? &file_key_choice : &key_choice, &p);

	if (!err && file)
		err = p.at[KEY_VERSION] ? choice_of(p.at[KEY_VERSION], &version_choice, &version)
					: yaml_refuse(n, "'version: 1' is missing");
	if (!err)
		err = p.at[KEY_TENANT] ? check_tenant(p.at[KEY_TENANT], into)
				       : yaml_refuse(n, "a layer needs 'tenant': whose it is");
	if (!err)
		err = read_rules(&p, into);
	if (!err && into->rule_n == before)
		err = yaml_refuse(n, "the layer has no rules");
	if (err)
		return err;
	name = strdup(yaml_scalar(p.at[KEY_TENANT]));
	if (!name)
		return fail(-ENOMEM, "read policy");
	*tenant = name;
	return 0;
}

void layer_clear(struct policy_layer *l)
{
	free(l->tenant);
	free(l->path);
}
