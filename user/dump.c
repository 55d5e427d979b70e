/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What policies and profiles say, as JSON. */
#include "dump.h"

#include <arpa/inet.h>

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

static void put_classes(struct json *j, uint32_t classes)
{
	for (int i = 0; i < CLASS_COUNT; i++)
		if (classes >> i & 1)
			json_text(j, NULL, address_class_name(i));
}

static void put_addresses(struct json *j, const struct address *a, size_t n)
{
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < n; i++)
		json_text(j, NULL, address_print(text, a + i));
}

static void put_ports(struct json *j, const char *key, const uint16_t *port, size_t n)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		json_number(j, NULL, port[i]);
	json_close(j, ']');
}

static void put_to(struct json *j, const struct selectors *s)
{
	const struct selectors_list *host = s->by + SELECTOR_NAME;

	if (!selectors_name_target(s))
		return;
	json_open(j, "to", '[');
	put_classes(j, s->to_classes);
	put_addresses(j, s->to, s->to_n);
	for (size_t i = 0; i < host->n; i++) {
		json_open(j, NULL, '{');
		json_text(j, "name", host->text[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_ids(struct json *j, const char *key, const uint32_t *id, size_t n)
{
	if (!n)
		return;
	json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		json_number(j, NULL, id[i]);
	json_close(j, ']');
}

/* Keys of labels are anybody's text, and keys of JSON are ours: so they stand as values. */
static void put_labels(struct json *j, const struct selectors *s)
{
	if (!s->label_n)
		return;
	json_open(j, "label", '[');
	for (size_t i = 0; i < s->label_n; i++) {
		json_open(j, NULL, '{');
		json_text(j, "key", s->label[i].key);
		put_texts(j, "value", s->label[i].value.text, s->label[i].value.n);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_not(struct json *j, const struct selectors *s)
{
	bool to = s->not_to_n || s->not_classes;

	if (!to && !s->not_port_n)
		return;
	json_open(j, "not", '{');
	if (to) {
		json_open(j, "to", '[');
		put_classes(j, s->not_classes);
		put_addresses(j, s->not_to, s->not_to_n);
		json_close(j, ']');
	}
	if (s->not_port_n)
		put_ports(j, "port", s->not_port, s->not_port_n);
	json_close(j, '}');
}

static void put_selectors(struct json *j, const char *key, const struct selectors *s)
{
	json_open(j, key, '{');
	put_to(j, s);
	if (s->port_n)
		put_ports(j, "port", s->port, s->port_n);
	for (size_t i = 0; i < SELECTOR_NAME; i++)
		if (s->by[i].n)
			put_texts(j, selector_names[i], s->by[i].text, s->by[i].n);
	put_ids(j, "uid", s->uid, s->by[SELECTOR_USER].n);
	put_ids(j, "gid", s->gid, s->by[SELECTOR_GROUP].n);
	put_labels(j, s);
	put_not(j, s);
	json_close(j, '}');
}

static void put_limit(struct json *j, const struct order *o)
{
	json_open(j, "limit", '{');
	if (o->most)
		json_number(j, "connections", o->most);
	if (o->most_to)
		json_number(j, "addresses", o->most_to);
	json_number(j, "window_s", o->window_s);
	json_close(j, '}');
}

static void put_relay(struct json *j, const struct order *o)
{
	char text[INET6_ADDRSTRLEN];

	json_open(j, "redirect", '{');
	if (o->relay.port4) {
		json_text(j, "ipv4", inet_ntop(AF_INET, &o->relay.addr4, text, sizeof(text)));
		json_number(j, "ipv4_port", o->relay.port4);
	}
	if (o->relay.port6) {
		json_text(j, "ipv6", inet_ntop(AF_INET6, o->relay.addr6, text, sizeof(text)));
		json_number(j, "ipv6_port", o->relay.port6);
	}
	json_bool(j, "transparent", o->transparent);
	json_close(j, '}');
}

static void put_order(struct json *j, const struct order *o)
{
	json_text(j, "then", action_name(o->action));
	json_text(j, "errno", action_errno_name(o->err));
	if (o->action == ACTION_LIMIT)
		put_limit(j, o);
	if (o->action == ACTION_REDIRECT)
		put_relay(j, o);
	json_text(j, "reply", o->reply);
}

static void put_rule(struct json *j, const struct policy *p, const struct policy_rule *r)
{
	json_open(j, NULL, '{');
	json_text(j, "name", r->name);
	if (r->layer)
		json_number(j, "layer", r->layer);
	json_text(j, "file", policy_origin(p, r));
	json_number(j, "line", r->line);
	put_selectors(j, "if", &r->when);
	put_order(j, &r->then);
	json_bool(j, "audit", r->audit);
	json_close(j, '}');
}

static void put_tenants(struct json *j, const struct policy *p)
{
	json_open(j, "tenants", '[');
	for (size_t i = 0; i < p->tenant_n; i++) {
		const struct tenant *t = p->tenant + i;

		json_open(j, NULL, '{');
		json_text(j, "name", t->name);
		json_text(j, "contact", t->contact);
		json_open(j, "if", '[');
		for (size_t k = 0; k < t->any_n; k++)
			put_selectors(j, NULL, t->any + k);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_layers(struct json *j, const struct policy *p)
{
	json_open(j, "layers", '[');
	for (size_t i = 0; i < p->layer_n; i++) {
		json_open(j, NULL, '{');
		json_text(j, "tenant", p->layer[i].tenant);
		json_text(j, "file", p->layer[i].path ? p->layer[i].path : p->path);
		json_close(j, '}');
	}
	json_close(j, ']');
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
	if (p->longest_s)
		json_number(&j, "longest_s", p->longest_s);
	put_tenants(&j, p);
	put_layers(&j, p);
	json_open(&j, "rules", '[');
	for (size_t i = 0; i < p->rule_n; i++)
		put_rule(&j, p, p->rule + i);
	json_close(&j, ']');
	json_text(&j, "default", action_name(p->otherwise.action));
	json_text(&j, "default_errno", action_errno_name(p->otherwise.err));
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
	json_open(&j, "scope", '[');
	put_classes(&j, p->scope);
	json_close(&j, ']');
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
