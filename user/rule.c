/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One rule of a policy, from its YAML. */
#include "rule.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "bpf/fence.h"
#include "choice.h"
#include "list.h"
#include "say.h"
#include "text.h"
#include "yaml.h"

#define NAME_MAX_BYTES 200
#define PATH_MAX_BYTES 4096

static const char *const actions_later[] = { "redirect", "answer", "limit", NULL };
static const struct choice action_choice = { "an action", action_names, actions_later };
static const struct choice errno_choice = { "an error a block may answer", action_errno_names,
	NULL };

static const char *const keys[] = { "name", "if", "then", "mode", NULL };
static const struct choice key_choice = { "a key of a rule", keys, NULL };

static const char *const modes[] = { "audit", NULL };
static const struct choice mode_choice = { "a mode of a rule", modes, NULL };

static int no_memory(void)
{
	return fail(-ENOMEM, "read policy");
}

static int read_address(const struct yaml_node *n, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);
	struct address a;
	int class = address_class_from_name(s), err;

	if (class == CLASS_OWN)
		return yaml_refuse(n,
			"'own' is not for rules: name the addresses; what is not named is exempt");
	if (class >= 0) {
		r->to_classes |= 1U << class;
		return 0;
	}
	err = address_parse(s, &a);
	if (err == -EDOM)
		return yaml_refuse(n, "'%s' has bits set behind its prefix length", s);
	if (err)
		return yaml_refuse(n,
			"'%s' is not an address, a prefix or a class of addresses (public, private, loopback, link-local, cgnat, ula, multicast)",
			s);
	if (list_grow(&r->to, r->to_n, 1, sizeof(*r->to)))
		return no_memory();
	r->to[r->to_n++] = a;
	return 0;
}

static int read_port(const struct yaml_node *n, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);
	uint64_t port;

	if (text_number(s, 65535, &port) || !port)
		return yaml_refuse(n, "'%s' is not a port, a number from 1 to 65535", s);
	if (list_grow(&r->port, r->port_n, 1, sizeof(*r->port)))
		return no_memory();
	r->port[r->port_n++] = port;
	return 0;
}

/* What the name means is asked once per name, in find_users(). */
static int read_user(const struct yaml_node *n, struct policy_rule *r)
{
	return list_add_text(&r->user, &r->user_n, yaml_scalar(n)) ? no_memory() : 0;
}

/* The one spelling that the kernel gives: absolute, without "." and "..", no slash too many. */
static bool normal_path(const char *s)
{
	size_t n = strlen(s);

	return s[0] == '/' && n < PATH_MAX_BYTES && (n == 1 || s[n - 1] != '/') &&
	       !strstr(s, "//") && !strstr(s, "/./") && !strstr(s, "/../") &&
	       (n < 2 || strcmp(s + n - 2, "/.")) && (n < 3 || strcmp(s + n - 3, "/.."));
}

static int read_exe(const struct yaml_node *n, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);

	if (!normal_path(s) || !s[1])
		return yaml_refuse(
			n, "'%s' is not the absolute path of a program, such as /usr/bin/curl", s);
	return list_add_text(&r->exe, &r->exe_n, s) ? no_memory() : 0;
}

static int read_cgroup(const struct yaml_node *n, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);

	if (!normal_path(s) || !strncmp(s, "/sys/fs/cgroup/", 15))
		return yaml_refuse(n,
			"'%s' is not a path below the root of the cgroup tree, such as /system.slice/exim4.service or /machine.slice/*",
			s);
	return list_add_text(&r->cgroup, &r->cgroup_n, s) ? no_memory() : 0;
}

static int read_unit(const struct yaml_node *n, struct policy_rule *r)
{
	static const char *const kinds[] = { "service", "scope", "slice", "socket", "mount",
		"swap" };
	const char *s = yaml_scalar(n), *dot = strrchr(s, '.');
	bool good = strpbrk(s, "*?[") != NULL;

	for (size_t i = 0; dot && dot > s && !good && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		good = !strcmp(dot + 1, kinds[i]);
	if (!good || strchr(s, '/') || strlen(s) > NAME_MAX_BYTES)
		return yaml_refuse(n,
			"'%s' is not the name of a unit, such as exim4.service or php*.service", s);
	return list_add_text(&r->unit, &r->unit_n, s) ? no_memory() : 0;
}

static const char *const selectors[] = { "to", "port", "user", "exe", "cgroup", "unit", NULL };
static const char *const selectors_later[] = { "not", "name", "mta", "container", "pod",
	"namespace", "label", "interface", "vm", "guest", "tenant", "group", "gid", "source",
	NULL };
static const struct choice selector_choice = { "a selector", selectors, selectors_later };
static int (*const readers[])(const struct yaml_node *, struct policy_rule *) = {
	read_address,
	read_port,
	read_user,
	read_exe,
	read_cgroup,
	read_unit,
};

_Static_assert(sizeof(readers) / sizeof(readers[0]) + 1 == sizeof(selectors) / sizeof(selectors[0]),
	"a reader each");

/* `n` is the whole value, or one entry of its list. */
static int read_value(const struct yaml_node *n, size_t selector, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);
	struct yaml_node *key;

	if (yaml_is_map(n) && yaml_at(n, 0, &key))
		return choice_refuse(key, &selector_choice, yaml_scalar(key));
	if (!s || !*s)
		return yaml_refuse(n, "a value is expected here");
	return readers[selector](n, r);
}

static int read_selector(
	const struct yaml_node *key, const struct yaml_node *n, struct policy_rule *r)
{
	size_t selector;
	int err = choice_of(key, &selector_choice, &selector);

	if (err)
		return err;
	if (!yaml_is_list(n))
		return read_value(n, selector, r);
	if (!yaml_length(n))
		return yaml_refuse(n,
			"an empty list selects nothing; leave '%s' out to select everything",
			selectors[selector]);
	for (size_t i = 0; !err && i < yaml_length(n); i++)
		err = read_value(yaml_at(n, i, NULL), selector, r);
	return err;
}

static int find_uid(const char *user, uint32_t *uid)
{
	struct passwd *entry;
	uint64_t number;

	/* the last number is the kernel's "no user" */
	if (!text_number(user, UINT32_MAX - 1, &number)) {
		*uid = number;
		return 0;
	}
	entry = getpwnam(user);
	if (!entry)
		return -ENOENT;
	*uid = entry->pw_uid;
	return 0;
}

/* The node among the values of `user:` that says so. */
static const struct yaml_node *find_value(const struct yaml_node *n, const char *s)
{
	for (size_t i = 0; yaml_is_list(n) && i < yaml_length(n); i++)
		if (!strcmp(yaml_scalar(yaml_at(n, i, NULL)), s))
			return yaml_at(n, i, NULL);
	return n;
}

static int find_users(const struct yaml_node *conditions, struct policy_rule *r)
{
	struct yaml_node *key, *n;

	list_unique_text(r->user, &r->user_n);
	r->uid = calloc(r->user_n, sizeof(*r->uid));
	if (!r->uid)
		return no_memory();
	for (size_t i = 0; i < r->user_n; i++) {
		if (!find_uid(r->user[i], r->uid + i))
			continue;
		for (size_t k = 0; (n = yaml_at(conditions, k, &key)); k++)
			if (!strcmp(yaml_scalar(key), "user"))
				return yaml_refuse(find_value(n, r->user[i]),
					"there is no user '%s' on this machine", r->user[i]);
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct address *p = a, *q = b;
	int order = memcmp(p->byte, q->byte, sizeof(p->byte));

	if (p->family != q->family)
		return p->family < q->family ? -1 : 1;
	return order ? order : (p->bits > q->bits) - (p->bits < q->bits);
}

static int by_port(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int read_conditions(const struct yaml_node *n, struct policy_rule *r)
{
	struct yaml_node *key, *value;
	int err = 0;

	if (!yaml_is_map(n))
		return yaml_refuse(n, "'if' takes selectors: { to: ..., user: ... }");
	if (!yaml_length(n))
		return yaml_refuse(n, "'if' is empty; leave it out for a rule without conditions");
	for (size_t i = 0; !err && (value = yaml_at(n, i, &key)); i++)
		err = read_selector(key, value, r);
	if (err)
		return err;
	list_unique(r->to, &r->to_n, sizeof(*r->to), by_address);
	list_unique(r->port, &r->port_n, sizeof(*r->port), by_port);
	list_unique_text(r->exe, &r->exe_n);
	list_unique_text(r->cgroup, &r->cgroup_n);
	list_unique_text(r->unit, &r->unit_n);
	return r->user_n ? find_users(n, r) : 0;
}

int rule_read_action(const struct yaml_node *n, uint8_t *action, int *err)
{
	const char *s = yaml_scalar(n), *rest;
	char *word = s ? strndup(s, strcspn(s, " ")) : NULL;
	int found, number = 0, ret = 0;

	if (!s)
		return yaml_refuse(
			n, "an action is expected here (allow, block, block ERRNO, drop)");
	if (!word)
		return no_memory();
	rest = s + strlen(word) + (s[strlen(word)] == ' ');
	found = action_from_name(word);
	if (found < 0) {
		ret = choice_refuse(n, &action_choice, word);
	} else if (*rest && found != ACTION_BLOCK) {
		ret = yaml_refuse(n, "'%s' takes nothing behind it", word);
	} else if (*rest) {
		number = action_errno_from_name(rest);
		if (number < 0)
			ret = choice_refuse(n, &errno_choice, rest);
	}
	free(word);
	if (ret)
		return ret;
	*action = found;
	*err = number;
	return 0;
}

static int read_name(const struct yaml_node *n, struct policy_rule *r)
{
	const char *s = yaml_scalar(n);

	if (!s || !*s || strlen(s) > NAME_MAX_BYTES)
		return yaml_refuse(n, "a name is a text of 1 to %d bytes", NAME_MAX_BYTES);
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
	case 0:
		return read_name(n, r);
	case 1:
		return read_conditions(n, r);
	case 2:
		return rule_read_action(n, &r->action, &r->err);
	default:
		r->audit = true;
		return choice_of(n, &mode_choice, &mode);
	}
}

int rule_read(const struct yaml_node *n, size_t index, struct policy_rule *out)
{
	struct policy_rule r = { .action = ACTION_COUNT, .line = yaml_line(n) };
	struct yaml_node *key, *value;
	int err = 0;

	if (!yaml_is_map(n))
		return yaml_refuse(n, "a rule has keys: name, if, then, mode");
	for (size_t i = 0; !err && (value = yaml_at(n, i, &key)); i++)
		err = read_key(key, value, &r);
	if (!err && r.action == ACTION_COUNT)
		err = yaml_refuse(n, "the rule has no 'then': allow, block, block ERRNO or drop");
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
	free(r->to);
	free(r->port);
	list_free_text(r->user, r->user_n);
	free(r->uid);
	list_free_text(r->exe, r->exe_n);
	list_free_text(r->cgroup, r->cgroup_n);
	list_free_text(r->unit, r->unit_n);
}

bool rule_identifies(const struct policy_rule *r)
{
	return r->user_n || r->exe_n || r->cgroup_n || r->unit_n;
}
