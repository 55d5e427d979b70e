/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct policy to bit vectors and map entries. Pure: no file, no kernel. */
#include "compile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "classes.h"
#include "policy.h"
#include "prefixes.h"
#include "profile.h"
#include "vectors.h"

/* Recorded whatever the profile blocks (DESIGN 2). */
static const uint16_t RECORDED[] = { 25, 26, 465, 587, 2525 };

static int port_slot(const struct fence_settings *s, uint16_t port)
{
	for (int i = 0; i < s->ports; i++)
		if (s->port[i] == port)
			return i;
	return -1;
}

static int port_watch(struct fence_settings *s, uint16_t port)
{
	if (port_slot(s, port) >= 0)
		return 0;
	if (s->ports == FENCE_PORTS)
		return -E2BIG;
	s->port[s->ports++] = port;
	s->watched[port / 64] |= 1ULL << port % 64;
	return 0;
}

static int settings_ports(const struct policy *p, struct fence_settings *s)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(RECORDED) / sizeof(*RECORDED); i++)
		(void)port_watch(s, RECORDED[i]); /* fewer than FENCE_PORTS */
	for (size_t i = 0; !err && p->profile && i < p->profile->blocked_n; i++)
		err = port_watch(s, p->profile->blocked[i]);
	for (size_t i = 0; i < p->rule_n; i++)
		for (size_t j = 0; !err && j < p->rule[i].port_n; j++)
			err = port_watch(s, p->rule[i].port[j]);
	if (err)
		return err;
	for (size_t i = 0; p->profile && i < p->profile->blocked_n; i++)
		s->blocked |= 1U << port_slot(s, p->profile->blocked[i]);
	return 0;
}

static bool names_to(const struct policy_rule *r)
{
	return r->to_n || r->to_classes;
}

static bool names_uid(const struct policy_rule *r)
{
	return r->user_n;
}

static bool names_exe(const struct policy_rule *r)
{
	return r->exe_n;
}

static bool names_cgroup(const struct policy_rule *r)
{
	return r->cgroup_n || r->unit_n;
}

static int settings_fill(const struct policy *p, int fallback, struct fence_settings *s)
{
	s->scope = p->profile ? p->profile->scope : 1U << CLASS_PUBLIC;
	s->words = p->rule_n ? (p->rule_n + 63) / 64 : 1;
	s->enforce = p->enforce;
	s->default_action = p->default_action;
	s->default_errno = p->default_err ?: p->err ?: fallback;
	for (size_t i = 0; i < p->rule_n; i++) {
		s->has_to |= names_to(&p->rule[i]);
		s->has_uid |= names_uid(&p->rule[i]);
		s->has_exe |= names_exe(&p->rule[i]);
		s->has_cgroup |= names_cgroup(&p->rule[i]);
	}
	return settings_ports(p, s);
}

static int rules_fill(const struct policy *p, int fallback, struct compiled *c)
{
	c->rule = calloc(p->rule_n + 1, sizeof(*c->rule));
	if (!c->rule)
		return -ENOMEM;
	c->rule_n = p->rule_n;
	for (size_t i = 0; i < p->rule_n; i++) {
		const struct policy_rule *r = &p->rule[i];

		c->rule[i].action = r->action;
		c->rule[i].audit = r->audit;
		if (r->action == ACTION_BLOCK)
			c->rule[i].err = r->err ?: p->err ?: fallback;
	}
	return 0;
}

/* A rule without `port:` speaks of what the profile blocks (DECISIONS 11). */
static void ports_fill(
	const struct policy_rule *r, size_t rule, const struct fence_settings *s, struct vectors *v)
{
	uint16_t slots = r->port_n ? 0 : s->blocked;

	for (size_t i = 0; i < r->port_n; i++)
		slots |= 1U << port_slot(s, r->port[i]);
	for (int i = 0; i < FENCE_PORTS; i++)
		if (slots >> i & 1)
			vectors_set(&v->vector[VECTOR_PORT + i], rule);
}

/* `other` is for a value that no rule names; `unknown`, what could be any of them, fails closed. */
static void dimension_fill(const struct policy *p, bool (*names)(const struct policy_rule *r),
	struct vectors *v, int other)
{
	struct fence_vector *set = &v->vector[other], *unknown = set + 1;

	for (size_t i = 0; i < p->rule_n; i++) {
		if (!names(&p->rule[i]))
			vectors_set(set, i);
		if (!names(&p->rule[i]) || p->rule[i].action != ACTION_ALLOW)
			vectors_set(unknown, i);
	}
}

_Static_assert(VECTOR_UID_UNKNOWN == VECTOR_UID_OTHER + 1 &&
		       VECTOR_EXE_UNKNOWN == VECTOR_EXE_OTHER + 1 &&
		       VECTOR_CGROUP_UNKNOWN == VECTOR_CGROUP_OTHER + 1,
	"dimension_fill() takes them in pairs");

static void fixed_fill(const struct policy *p, const struct fence_settings *s, struct vectors *v)
{
	for (size_t i = 0; i < p->rule_n; i++) {
		if (p->rule[i].action != ACTION_ALLOW)
			vectors_set(&v->vector[VECTOR_STRICT], i);
		if (!names_to(&p->rule[i]))
			vectors_set(&v->vector[VECTOR_TO_ANY], i);
		ports_fill(&p->rule[i], i, s, v);
	}
	dimension_fill(p, names_uid, v, VECTOR_UID_OTHER);
	dimension_fill(p, names_exe, v, VECTOR_EXE_OTHER);
	dimension_fill(p, names_cgroup, v, VECTOR_CGROUP_OTHER);
}

static int targets_fill(const struct policy *p, struct vectors *v, struct compiled *c)
{
	struct prefixes_entry *entry;
	size_t n;
	int err = prefixes_find(p, v, &entry, &n);

	if (err)
		return err;
	c->to4 = calloc(n + 1, sizeof(*c->to4));
	c->to6 = calloc(n + 1, sizeof(*c->to6));
	if (!c->to4 || !c->to6) {
		free(entry);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		const struct address *a = &entry[i].prefix;

		if (a->family == AF_INET) {
			struct compiled_prefix4 *to = &c->to4[c->to4_n++];

			to->key.bits = a->bits;
			memcpy(to->key.addr, a->byte, sizeof(to->key.addr));
			to->vector = entry[i].vector;
		} else {
			struct compiled_prefix6 *to = &c->to6[c->to6_n++];

			to->key.bits = a->bits;
			memcpy(to->key.addr, a->byte, sizeof(to->key.addr));
			to->vector = entry[i].vector;
		}
	}
	free(entry);
	return 0;
}

static int users_fill(const struct policy *p, struct vectors *v, struct compiled *c)
{
	struct classes_input in = { .other = VECTOR_UID_OTHER };
	struct classes found;
	size_t n = 0;
	int err;

	for (size_t i = 0; i < p->rule_n; i++)
		n += p->rule[i].user_n;
	in.pair = calloc(n + 1, sizeof(*in.pair));
	c->uid = calloc(n + 1, sizeof(*c->uid));
	if (!in.pair || !c->uid) {
		free(in.pair);
		return -ENOMEM;
	}
	for (size_t i = 0; i < p->rule_n; i++)
		for (size_t j = 0; j < p->rule[i].user_n; j++)
			in.pair[in.n++] =
				(struct classes_pair){ .key[0] = p->rule[i].uid[j], .rule = i };
	err = classes_find(&in, v, &found);
	free(in.pair);
	if (err)
		return err;
	c->uid_n = found.n;
	for (size_t i = 0; i < found.n; i++) {
		c->uid[i].uid = found.entry[i].key[0];
		c->uid[i].vector = found.entry[i].vector;
	}
	free(found.entry);
	return 0;
}

static int exes_fill(const struct resolved *r, struct vectors *v, struct compiled *c)
{
	struct classes_input in = { .n = r->exe_n, .other = VECTOR_EXE_OTHER };
	struct classes found;
	int err;

	in.pair = calloc(in.n + 1, sizeof(*in.pair));
	c->exe = calloc(in.n + 1, sizeof(*c->exe));
	if (!in.pair || !c->exe) {
		free(in.pair);
		return -ENOMEM;
	}
	for (size_t i = 0; i < in.n; i++)
		in.pair[i] = (struct classes_pair){ .key = { r->exe[i].key.dev, r->exe[i].key.ino },
			.rule = r->exe[i].rule };
	err = classes_find(&in, v, &found);
	free(in.pair);
	if (err)
		return err;
	c->exe_n = found.n;
	for (size_t i = 0; i < found.n; i++) {
		c->exe[i].key.dev = found.entry[i].key[0];
		c->exe[i].key.ino = found.entry[i].key[1];
		c->exe[i].vector = found.entry[i].vector;
	}
	free(found.entry);
	return 0;
}

/* What lies below a cgroup is judged as the cgroup is, so both classes are one. */
static int cgroups_fill(const struct resolved *r, struct vectors *v, struct compiled *c)
{
	struct classes_input in = { .n = r->cgroup_n, .other = VECTOR_CGROUP_OTHER };
	struct classes found;
	int err;

	in.pair = calloc(in.n + 1, sizeof(*in.pair));
	c->cgroup = calloc(in.n + 1, sizeof(*c->cgroup));
	if (!in.pair || !c->cgroup) {
		free(in.pair);
		return -ENOMEM;
	}
	for (size_t i = 0; i < in.n; i++)
		in.pair[i] = (struct classes_pair){ .key[0] = r->cgroup[i].id,
			.parent = r->cgroup[i].parent,
			.rule = r->cgroup[i].rule };
	err = classes_find(&in, v, &found);
	free(in.pair);
	if (err)
		return err;
	c->cgroup_n = found.n;
	for (size_t i = 0; i < found.n; i++) {
		c->cgroup[i].id = found.entry[i].key[0];
		c->cgroup[i].class.own = found.entry[i].vector;
		c->cgroup[i].class.below = found.entry[i].vector;
	}
	free(found.entry);
	return 0;
}

static bool fits(const struct policy *p, const struct resolved *found)
{
	for (size_t i = 0; i < found->exe_n; i++)
		if (found->exe[i].rule >= p->rule_n)
			return false;
	for (size_t i = 0; i < found->cgroup_n; i++)
		if (found->cgroup[i].rule >= p->rule_n)
			return false;
	return true;
}

int compile_policy(const struct policy *p, const struct resolved *found, int fallback_errno,
	struct compiled **out)
{
	struct compiled *c = NULL;
	struct vectors v = { 0 };
	int err;

	if (p->rule_n > FENCE_RULES)
		return -E2BIG;
	if (!fits(p, found))
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	err = c ? vectors_init(&v) : -ENOMEM;
	err = err ?: settings_fill(p, fallback_errno, &c->settings);
	err = err ?: rules_fill(p, fallback_errno, c);
	if (err)
		goto out;
	fixed_fill(p, &c->settings, &v);
	err = targets_fill(p, &v, c);
	err = err ?: users_fill(p, &v, c);
	err = err ?: exes_fill(found, &v, c);
	err = err ?: cgroups_fill(found, &v, c);
	if (err)
		goto out;
	c->vector = v.vector;
	c->vector_n = v.n;
	v.vector = NULL;
	*out = c;
	c = NULL;
out:
	vectors_free(&v);
	compile_free(c);
	return err;
}

void compile_free(struct compiled *c)
{
	if (!c)
		return;
	free(c->rule);
	free(c->vector);
	free(c->to4);
	free(c->to6);
	free(c->uid);
	free(c->exe);
	free(c->cgroup);
	free(c);
}

bool compile_blocks(const struct compiled *c)
{
	if (c->settings.blocked && c->settings.default_action != ACTION_ALLOW)
		return true;
	for (int i = 0; i < FENCE_WORDS; i++)
		if (c->vector[VECTOR_STRICT].word[i])
			return true;
	return false;
}
