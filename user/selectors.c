/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who, and where to: what `if:` of a rule, a tenant or an exemption says. */
#include "selectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"
#include "choice.h"
#include "list.h"
#include "quote.h"
#include "say.h"
#include "yaml.h"

static const struct choice key_choice = { "a selector", selection_keys, NULL };
static const char comm_fault[] =
	"comm is what a program calls itself; name exe, unit or user instead";

static int told(const struct yaml_node *n, const char *text, const char *fault)
{
	if (fault == selection_no_memory)
		return fail(-ENOMEM, "read policy");
	return fault ? yaml_refuse(n, "'%s' %s", text, fault) : 0;
}

/* Entry `i` of a list; a single value is a list of one. NULL behind the last. */
static const struct yaml_node *entry(const struct yaml_node *n, size_t i)
{
	if (yaml_is_list(n))
		return yaml_at(n, i, NULL);
	return i ? NULL : n;
}

static int no_values(const struct yaml_node *n, const char *key)
{
	return yaml_refuse(
		n, "an empty list selects nothing; leave '%s' out to select everything", key);
}

static int read_host(const struct yaml_node *n, struct selectors *s)
{
	const char *text = yaml_scalar(n);

	if (!text)
		return yaml_refuse(n, "a value is expected here");
	return told(n, text, selection_add(s, SELECTION_LISTS + SELECTOR_NAME, text));
}

/* { name: HOST }, or a list of them. */
static int read_hosts(const struct yaml_node *map, struct selectors *s)
{
	static const char *const name[] = { "name", NULL };
	static const struct choice way = { "a way to name destinations", name, NULL };
	struct yaml_node *key, *n = yaml_at(map, 0, &key);
	const struct yaml_node *host;
	size_t which;
	int err;

	if (!n)
		return yaml_refuse(map, "a value is expected here");
	err = choice_of(key, &way, &which);
	if (!err && yaml_at(map, 1, &key))
		err = choice_of(key, &way, &which); /* it is another word: no key is there twice */
	if (!err && !entry(n, 0))
		err = no_values(n, "to");
	for (size_t i = 0; !err && (host = entry(n, i)); i++)
		err = read_host(host, s);
	return err;
}

static int read_value(const struct yaml_node *n, size_t key, struct selectors *s)
{
	const char *text = yaml_scalar(n);

	if (yaml_is_map(n) && key == SELECTION_TO)
		return read_hosts(n, s);
	if (yaml_is_map(n) && key == SELECTION_NOT_TO)
		return yaml_refuse(n,
			"'not' takes no names: what a name means may change, and then more would match");
	if (!text || !*text)
		return yaml_refuse(n, "a value is expected here");
	return told(n, text, selection_add(s, key, text));
}

static int read_values(const struct yaml_node *n, const char *name, size_t key, struct selectors *s)
{
	const struct yaml_node *value;
	int err = entry(n, 0) ? 0 : no_values(n, name);

	for (size_t i = 0; !err && (value = entry(n, i)); i++)
		err = read_value(value, key, s);
	return err;
}

static int read_label(const struct yaml_node *key, const struct yaml_node *n, struct selectors *s)
{
	const char *name = yaml_scalar(key), *text;
	const struct yaml_node *value;
	int err = told(key, name, selection_label_fault(s, name));

	if (!err && !entry(n, 0))
		err = no_values(n, name);
	for (size_t i = 0; !err && (value = entry(n, i)); i++) {
		text = yaml_scalar(value);
		err = text ? told(value, text, selection_add_label(s, name, text))
			   : yaml_refuse(value, "a value is expected here");
	}
	return err;
}

static int read_labels(const struct yaml_node *map, struct selectors *s)
{
	struct yaml_node *key, *n;
	int err = 0;

	if (!yaml_is_map(map) || !yaml_length(map))
		return yaml_refuse(
			map, "'label' takes keys and values: { tier: shop, env: [a, b] }");
	for (size_t i = 0; !err && (n = yaml_at(map, i, &key)); i++)
		err = read_label(key, n, s);
	return err;
}

/*
 * Only where to: that a process is not known yet must never look like "it is another one". Of groups
 * even those of a known process are known only as far as a policy names them.
 */
static int read_not(const struct yaml_node *map, struct selectors *s)
{
	struct yaml_node *key, *n;
	size_t k;
	int err = 0;

	if (!yaml_is_map(map) || !yaml_length(map))
		return yaml_refuse(map, "'not' takes to and port: { to: ..., port: ... }");
	for (size_t i = 0; !err && (n = yaml_at(map, i, &key)); i++) {
		err = choice_of(key, &key_choice, &k);
		if (err)
			return err;
		if (k == SELECTION_LISTS + SELECTOR_GROUP)
			return yaml_refuse(key,
				"'not: group' is impossible: only groups that are named in the policy are known");
		if (k > SELECTION_PORT)
			return yaml_refuse(key,
				"'not' takes to and port only; to except others, put a rule for them before this one");
		err = read_values(n, selection_keys[k],
			k == SELECTION_TO ? SELECTION_NOT_TO : SELECTION_NOT_PORT, s);
	}
	return err;
}

static int read_selector(
	const struct yaml_node *key, const struct yaml_node *n, struct selectors *s)
{
	size_t k;
	int err;

	if (!strcmp(yaml_scalar(key), "comm"))
		return yaml_refuse(key, "%s", comm_fault);
	err = choice_of(key, &key_choice, &k);
	if (err)
		return err;
	if (k == SELECTION_LABEL)
		return read_labels(n, s);
	return k == SELECTION_NOT ? read_not(n, s) : read_values(n, selection_keys[k], k, s);
}

const struct yaml_node *selectors_find(
	const struct yaml_node *map, enum selector which, const char *text)
{
	struct yaml_node *key, *n;
	const struct yaml_node *value;

	for (size_t i = 0; (n = yaml_at(map, i, &key)); i++) {
		if (strcmp(yaml_scalar(key), selector_names[which]))
			continue;
		for (size_t k = 0; (value = entry(n, k)); k++)
			if (yaml_scalar(value) && !strcmp(yaml_scalar(value), text))
				return value;
	}
	return map;
}

int selectors_read(const struct yaml_node *n, struct selectors *out)
{
	struct selectors s = { 0 };
	struct yaml_node *key, *value;
	enum selector which;
	const char *missing;
	int err = 0;

	if (!yaml_is_map(n))
		return yaml_refuse(n, "'if' takes selectors: { to: ..., user: ... }");
	if (!yaml_length(n))
		return yaml_refuse(n, "'if' is empty; leave it out for a rule without conditions");
	for (size_t i = 0; !err && (value = yaml_at(n, i, &key)); i++)
		err = read_selector(key, value, &s);
	if (err)
		goto out;
	selection_sort(&s);
	err = selection_look_up(&s, &which, &missing);
	if (err == -ENOENT)
		err = yaml_refuse(selectors_find(n, which, missing),
			"there is no %s '%s' on this machine", selector_names[which], missing);
	else if (err)
		err = fail(err, "read policy");
	if (err)
		goto out;
	*out = s;
	s = (struct selectors){ 0 };
out:
	selectors_clear(&s);
	return err;
}

static const char *flag_label(struct selectors *s, const char *value)
{
	const char *equals = strchr(value, '='), *fault;
	char *key;

	if (!equals)
		return "is not KEY=VALUE";
	key = strndup(value, equals - value);
	fault = key ? selection_add_label(s, key, equals + 1) : selection_no_memory;
	free(key);
	return fault;
}

static const char *flag_value(struct selectors *s, size_t key, const char *value)
{
	if (!*value)
		return "is empty";
	if (key == SELECTION_LABEL)
		return flag_label(s, value);
	if (key == SELECTION_TO && !strncmp(value, "name:", 5))
		return selection_add(s, SELECTION_LISTS + SELECTOR_NAME, value + 5);
	return selection_add(s, key, value);
}

int selectors_flag(struct selectors *s, const char *key, const char *value)
{
	char complaint[CHOICE_TEXT];
	const char *fault;
	size_t k = 0;

	if (!strcmp(key, "comm"))
		return refuse(-EINVAL, "--comm: %s", comm_fault);
	while (selection_keys[k] && strcmp(selection_keys[k], key))
		k++;
	if (k == SELECTION_NOT)
		return refuse(-EINVAL, "--not: only the rules of a policy take it");
	if (!selection_keys[k])
		return refuse(
			-EINVAL, "--%s: %s", key, choice_complaint(complaint, &key_choice, key));
	fault = flag_value(s, k, value);
	if (fault == selection_no_memory)
		return fail(-ENOMEM, "--%s", key);
	return fault ? refuse(-EINVAL, "--%s: '%s' %s", key, value, fault) : 0;
}

int selectors_settle(struct selectors *s)
{
	enum selector which;
	const char *missing;
	int err;

	selection_sort(s);
	err = selection_look_up(s, &which, &missing);
	if (err == -ENOENT)
		return refuse(err, "--%s: there is no %s '%s' on this machine",
			selector_names[which], selector_names[which], missing);
	return err ? fail(err, "read selectors") : 0;
}

void selectors_clear(struct selectors *s)
{
	for (size_t i = 0; i < SELECTOR_COUNT; i++)
		list_free_text(s->by[i].text, s->by[i].n);
	for (size_t i = 0; i < s->label_n; i++) {
		free(s->label[i].key);
		list_free_text(s->label[i].value.text, s->label[i].value.n);
	}
	free(s->label);
	free(s->uid);
	free(s->gid);
	free(s->to);
	free(s->port);
	free(s->not_to);
	free(s->not_port);
	*s = (struct selectors){ 0 };
}

static void print_to(struct quote_map *m, uint32_t classes, const struct address *a, size_t n,
	const struct selectors_list *hosts)
{
	char text[ADDRESS_TEXT];
	struct quote_map inner = { .to = m->to };

	if (!quote_key(m, "to", __builtin_popcount(classes) + n + (hosts && hosts->n)))
		return;
	for (int i = 0; i < CLASS_COUNT; i++)
		if (classes >> i & 1)
			quote_value(m, address_class_name(i));
	for (size_t i = 0; i < n; i++)
		quote_value(m, address_print(text, a + i));
	if (!hosts || !hosts->n)
		return;
	quote_texts(&inner, selector_names[SELECTOR_NAME], hosts->text, hosts->n);
	quote_close(&inner);
	quote_value(m, NULL);
}

static void print_ports(struct quote_map *m, const uint16_t *port, size_t n)
{
	char text[8];

	if (quote_key(m, "port", n))
		for (size_t i = 0; i < n; i++) {
			snprintf(text, sizeof(text), "%u", port[i]);
			quote_value(m, text);
		}
}

static void print_labels(struct quote_map *m, const struct selectors *s)
{
	struct quote_map inner = { .to = m->to };

	if (!quote_key(m, "label", s->label_n != 0))
		return;
	for (size_t i = 0; i < s->label_n; i++)
		quote_texts(&inner, s->label[i].key, s->label[i].value.text, s->label[i].value.n);
	quote_close(&inner);
	quote_value(m, NULL);
}

static void print_not(struct quote_map *m, const struct selectors *s)
{
	struct quote_map inner = { .to = m->to };

	if (!quote_key(m, "not", s->not_to_n || s->not_classes || s->not_port_n))
		return;
	print_to(&inner, s->not_classes, s->not_to, s->not_to_n, NULL);
	print_ports(&inner, s->not_port, s->not_port_n);
	quote_close(&inner);
	quote_value(m, NULL);
}

void selectors_print(FILE *to, const struct selectors *s)
{
	struct quote_map m = { .to = to };

	print_to(&m, s->to_classes, s->to, s->to_n, s->by + SELECTOR_NAME);
	print_ports(&m, s->port, s->port_n);
	for (size_t i = 0; i < SELECTOR_NAME; i++)
		quote_texts(&m, selector_names[i], s->by[i].text, s->by[i].n);
	print_labels(&m, s);
	print_not(&m, s);
	quote_close(&m);
}

bool selectors_by_container(const struct selectors *s)
{
	return s->by[SELECTOR_CONTAINER].n || s->by[SELECTOR_IMAGE].n ||
	       s->by[SELECTOR_RUNTIME].n || s->by[SELECTOR_POD].n || s->by[SELECTOR_NAMESPACE].n ||
	       s->label_n;
}

bool selectors_by_cgroup(const struct selectors *s)
{
	return s->by[SELECTOR_CGROUP].n || s->by[SELECTOR_UNIT].n || selectors_by_container(s);
}

bool selectors_identify(const struct selectors *s)
{
	for (size_t i = 0; i < SELECTOR_NAME; i++)
		if (s->by[i].n)
			return true;
	return s->label_n;
}

bool selectors_name_target(const struct selectors *s)
{
	return s->to_n || s->to_classes || s->by[SELECTOR_NAME].n;
}

bool selectors_empty(const struct selectors *s)
{
	return !selectors_identify(s) && !selectors_name_target(s) && !s->port_n && !s->not_to_n &&
	       !s->not_classes && !s->not_port_n;
}
