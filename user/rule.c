/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of a policy, from its YAML. */
#include "rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"
#include "choice.h"
#include "list.h"
#include "say.h"
#include "yaml.h"

#define NAME_BYTES 200

enum key {
	KEY_NAME,
	KEY_IF,
	KEY_THEN,
	KEY_MODE,
};

static const char *const keys[] = { "name", "if", "then", "mode", NULL };
static const struct choice key_choice = { "a key of a rule", keys, NULL };

static const char *const modes[] = { "audit", NULL };
static const struct choice mode_choice = { "a mode of a rule", modes, NULL };

static int no_memory(void)
{
	return fail(-ENOMEM, "read policy");
}

static int read_name(const struct yaml_node *n, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);

	if (!s || !*s || strlen(s) > NAME_BYTES)
		return yaml_refuse(n, "a name is a text of 1 to %d bytes", NAME_BYTES);
	r->name = strdup(s);
	r->named = true;
	return r->name ? 0 : no_memory();
}

static int read_key(const struct yaml_node *key, const struct yaml_node *n, struct policy_rule *r)
{
	size_t k, mode;
	int err = choice_of(key, &key_choice, &k);

	if (err)
		return err;
	switch (k) {
	case KEY_NAME:
		return read_name(n, r);
	case KEY_IF:
		return selectors_read(n, &r->when);
	case KEY_THEN:
		return order_read(n, &r->then);
	default:
		r->audit = true;
		return choice_of(n, &mode_choice, &mode);
	}
}

int rule_read(const struct yaml_node *n, size_t index, struct policy_rule *out)
{
	struct policy_rule r = {
		.then = { .action = ACTION_COUNT },
		.line = yaml_line(n),
		.at = n,
	};
	struct yaml_node *key, *value;
	int err = 0;

	if (!yaml_is_map(n))
		return yaml_refuse(n, "a rule has keys: name, if, then, mode");
	for (size_t i = 0; !err && (value = yaml_at(n, i, &key)); i++)
		err = read_key(key, value, &r);
	if (!err && r.then.action == ACTION_COUNT)
		err = yaml_refuse(
			n, "the rule has no 'then': allow, limit, redirect, answer, block or drop");
	if (!err && !r.name && asprintf(&r.name, "rule %zu", index + 1) < 0) {
		r.name = NULL;
		err = no_memory();
	}
	if (err)
		rule_clear(&r);
	else
		*out = r;
	return err;
}

void rule_clear(struct policy_rule *r)
{
	free(r->name);
	selectors_clear(&r->when);
	order_clear(&r->then);
}

int rule_append(const struct yaml_node *list, struct policy_rule **rules, size_t *n)
{
	struct yaml_node *at;
	struct policy_rule *r;
	size_t first = *n;
	int err;

	if (!yaml_is_list(list))
		return yaml_refuse(list, "'rules' is a list: '- name: ...'");
	for (size_t i = 0; (at = yaml_at(list, i, NULL)); i++) {
		if (*n == FENCE_RULES)
			return yaml_refuse(at, "more than %d rules", FENCE_RULES);
		if (list_grow(rules, *n, 1, sizeof(**rules)))
			return no_memory();
		r = *rules + *n;
		err = rule_read(at, i, r);
		if (err)
			return err;
		++*n;
		for (const struct policy_rule *e = *rules + first; e < r; e++)
			if (!strcmp(e->name, r->name))
				return yaml_refuse(at, "the rule in line %u is called '%s' too",
					e->line, r->name);
	}
	return 0;
}

const struct yaml_node *rule_value(
	const struct policy_rule *r, enum selector key, const char *value)
{
	struct yaml_node *which, *n;

	for (size_t i = 0; (n = yaml_at(r->at, i, &which)); i++)
		if (!strcmp(yaml_scalar(which), keys[KEY_IF]))
			return selectors_find(n, key, value);
	return r->at;
}
