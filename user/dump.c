/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What policies and profiles say, as JSON. */
#include "dump.h"

#include "address.h"
#include "bpf/fence.h"
#include "json.h"
#include "policy.h"
#include "profile.h"

static void put_texts(struct json *j, const char *key, char *const *s, size_t n)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, NULL, s[i]);
	json_close(j, ']');
}

static void put_targets(
	struct json *j, const char *key, uint32_t classes, const struct address *a, size_t n)
{
	char text[ADDRESS_TEXT];

	json_open(j, key, '[');
	for (int i = 0; i < CLASS_COUNT; i++)
		if (classes >> i & 1)
			json_text(j, NULL, address_class_name(i));
	for (size_t i = 0; i < n; i++)
		json_text(j, NULL, address_print(text, a + i));
	json_close(j, ']');
}

static void put_ports(struct json *j, const char *key, const uint16_t *port, size_t n)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		json_number(j, NULL, port[i]);
	json_close(j, ']');
}

static void put_conditions(struct json *j, const struct policy_rule *r)
{
	json_open(j, "if", '{');
	if (r->to_n || r->to_classes)
		put_targets(j, "to", r->to_classes, r->to, r->to_n);
	if (r->port_n)
		put_ports(j, "port", r->port, r->port_n);
	if (r->user_n)
		put_texts(j, "user", r->user, r->user_n);
	if (r->exe_n)
		put_texts(j, "exe", r->exe, r->exe_n);
	if (r->cgroup_n)
		put_texts(j, "cgroup", r->cgroup, r->cgroup_n);
	if (r->unit_n)
		put_texts(j, "unit", r->unit, r->unit_n);
	json_close(j, '}');
}

static void put_rule(struct json *j, const struct policy_rule *r)
{
	json_open(j, NULL, '{');
	json_text(j, "name", r->name);
	json_number(j, "line", r->line);
	put_conditions(j, r);
	json_text(j, "then", action_name(r->action));
	json_text(j, "errno", action_errno_name(r->err));
	json_bool(j, "audit", r->audit);
	json_close(j, '}');
}

void dump_policy(FILE *to, const struct policy *p, const char *hash)
{
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_text(&j, "file", p->path);
	json_text(&j, "hash", hash);
	json_text(&j, "mode", p->enforce ? "enforce" : "audit");
	json_text(&j, "profile", p->profile_name);
	put_ports(&j, "blocked", p->profile->blocked, p->profile->blocked_n);
	json_text(&j, "established", policy_established_name(p->established));
	json_text(&j, "block", action_errno_name(p->err));
	json_open(&j, "rules", '[');
	for (size_t i = 0; i < p->rule_n; i++)
		put_rule(&j, p->rule + i);
	json_close(&j, ']');
	json_text(&j, "default", action_name(p->default_action));
	json_text(&j, "default_errno", action_errno_name(p->default_err));
	json_close(&j, '}');
}

static void put_unknown(struct json *j, const struct profile *p)
{
	json_open(j, "unknown", '[');
	for (int key = 0; key < KEY_COUNT; key++)
		if (profile_unknown(p, key))
			json_text(j, NULL, provider_key_name(key));
	json_close(j, ']');
}

void dump_profile(FILE *to, const struct profile *p)
{
	char confidence[2] = { p->confidence };
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_text(&j, "name", p->name);
	json_text(&j, "provider", p->provider);
	put_texts(&j, "aliases", p->alias, p->alias_n);
	put_ports(&j, "ports", p->blocked, p->blocked_n);
	put_ports(&j, "slowed", p->slowed, p->slowed_n);
	json_text(&j, "family", provider_family_name(p->family));
	put_targets(&j, "scope", p->scope, NULL, 0);
	json_bool(&j, "not_in_prefixes", p->outside);
	json_text(&j, "effect", provider_effect_name(p->effect));
	json_text(&j, "errno", action_errno_name(p->err));
	if (p->after_s)
		json_number(&j, "after_s", p->after_s);
	json_text(&j, "rate", p->rate);
	json_text(&j, "who", p->who);
	put_texts(&j, "instead", p->hint, p->hint_n);
	json_text(&j, "relay", p->relay);
	json_text(&j, "note", p->hint_note);
	json_text(&j, "exemption", p->exemption);
	json_text(&j, "source", p->source);
	json_text(&j, "as_of", p->as_of);
	json_text(&j, "confidence", confidence);
	put_unknown(&j, p);
	json_close(&j, '}');
}
