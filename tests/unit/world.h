/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random policies and questions, and an oracle that reads rules as their meaning is written. */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "bpf/decide.h"
#include "bpf/target.h"
#include "compile.h"
#include "policy.h"
#include "profile.h"

#define LIST 6 /* entries of one list in a rule at most */
#define CGROUPS 48
#define UIDS 6
#define EXES 6
#define UNKNOWN (~0U)
#define FALLBACK EPERM

static uint64_t dice_state;

/* SplitMix64, so that a seed means the same everywhere. */
static uint32_t dice(uint32_t n)
{
	uint64_t z = dice_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

struct world {
	struct policy policy;
	struct profile profile;
	struct resolved found;
	uint64_t parent[CGROUPS + 1]; /* of cgroup id 1..CGROUPS; 0 none */
	struct compiled *c;
};

struct asked {
	struct target to;
	uint32_t uid, euid;
	uint32_t exe; /* 1..EXES, a key nobody named, or UNKNOWN */
	uint32_t cgroup; /* id, or UNKNOWN */
};

/* ---- random policies and questions ---- */

static const uint16_t PORTS[] = { 25, 26, 465, 587, 2525, 2526, 10025 };

/* Where things border on each other: classes, NAT64, v4-mapped, and a few nests of public space. */
static const char *const PLACES[] = { "0.0.0.0", "0.0.0.1", "9.255.255.255", "10.0.0.0",
	"10.255.255.255", "11.0.0.0", "100.63.255.255", "100.64.0.0", "100.127.255.255",
	"100.128.0.0", "126.255.255.255", "127.0.0.1", "128.0.0.0", "169.253.255.255",
	"169.254.0.0", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0",
	"192.167.255.255", "192.168.0.0", "192.169.0.0", "192.0.2.1", "192.0.2.77", "192.0.3.1",
	"198.51.100.9", "203.0.113.200", "223.255.255.255", "224.0.0.1", "239.255.255.255",
	"240.0.0.1", "255.255.255.255", "::", "::1", "::2", "64:ff9b::", "64:ff9b::10.1.2.3",
	"64:ff9b::192.0.2.1", "64:ff9b:0:0:0:1::", "64:ff9b:1::", "fbff:ffff::", "fc00::1",
	"fdff::1", "fe00::", "fe7f::1", "fe80::1", "febf::1", "fec0::", "ff02::1", "2001:db8::25",
	"2001:db8::26", "2001:db8:0:1::1", "2001:db9::" };

#define PLACES_N (sizeof(PLACES) / sizeof(*PLACES))

static struct address place(void)
{
	struct address a;

	assert_int_equal(address_parse(PLACES[dice(PLACES_N)], &a), 0);
	return a;
}

static struct address prefix(void)
{
	struct address a = place();
	unsigned width = a.family == AF_INET ? 32 : 128;

	a.bits = dice(3) ? width - dice(width / 4 + 1) : dice(width + 1);
	for (unsigned bit = a.bits; bit < width; bit++)
		a.byte[bit / 8] &= ~(0x80 >> bit % 8);
	return a;
}

static struct target target(void)
{
	struct address a = place();
	struct target t = { .port = PORTS[dice(7)] };
	unsigned width = a.family == AF_INET ? 32 : 128, flip = width - 1 - dice(width / 4);
	bool v6 = a.family == AF_INET6;

	if (dice(2))
		a.byte[flip / 8] ^= 0x80 >> flip % 8;
	if (!v6 && !dice(3)) { /* as v4-mapped, or within NAT64 */
		t.addr[0] = dice(2) ? 0 : __builtin_bswap32(0x0064ff9b);
		t.addr[2] = t.addr[0] ? 0 : __builtin_bswap32(0xffff);
		memcpy(&t.addr[3], a.byte, 4);
		v6 = true;
	} else {
		memcpy(t.addr, a.byte, v6 ? 16 : 4);
	}
	target_settle(&t, v6);
	return t;
}

static size_t some(void)
{
	return dice(3) ? 0 : 1 + dice(LIST);
}

static void *array(size_t size)
{
	void *p = calloc(LIST, size);

	assert_non_null(p);
	return p;
}

static void rule_make(struct policy_rule *r)
{
	r->action = dice(ACTION_COUNT);
	r->err = dice(2) ? 0 : ECONNREFUSED;
	r->audit = !dice(5);
	r->to = array(sizeof(*r->to));
	r->port = array(sizeof(*r->port));
	r->uid = array(sizeof(*r->uid));
	r->to_n = some();
	r->to_classes = dice(4) ? 0 : dice(1U << CLASS_OWN);
	r->port_n = some();
	r->user_n = some();
	r->exe_n = some();
	r->cgroup_n = some() / LIST; /* only whether, for compile_policy() */
	r->unit_n = some() / LIST;
	for (size_t i = 0; i < LIST; i++) {
		r->to[i] = prefix();
		r->port[i] = PORTS[dice(7)];
		r->uid[i] = 1000 + dice(UIDS);
	}
}

static struct fence_exe exe_key(uint32_t n)
{
	return (struct fence_exe){ .dev = n & 1, .ino = 1 + n / 2 };
}

/* Parents that are in the list, as resolve finds them. */
static void cgroups_link(struct world *w)
{
	bool listed[CGROUPS + 1] = { false };

	for (size_t i = 0; i < w->found.cgroup_n; i++)
		listed[w->found.cgroup[i].id] = true;
	for (size_t i = 0; i < w->found.cgroup_n; i++) {
		uint64_t up = w->parent[w->found.cgroup[i].id];

		while (up && !listed[up])
			up = w->parent[up];
		w->found.cgroup[i].parent = up;
	}
}

static void world_make(struct world *w, size_t rules)
{
	struct policy *p = &w->policy;

	*w = (struct world){ .policy.profile = &w->profile };
	w->profile.scope = dice(2) ? 1U << CLASS_PUBLIC : dice(1U << CLASS_COUNT);
	for (int i = 0; i < 5; i++)
		if (!i || !dice(3))
			w->profile.blocked[w->profile.blocked_n++] = PORTS[i];
	p->enforce = dice(2);
	p->err = dice(2) ? 0 : EACCES;
	p->default_action = dice(ACTION_COUNT);
	p->default_err = dice(2) ? 0 : ETIMEDOUT;
	p->rule_n = rules;
	p->rule = calloc(rules + 1, sizeof(*p->rule));
	w->found.exe = calloc(rules + 1, LIST * sizeof(*w->found.exe));
	w->found.cgroup = calloc(rules + 1, LIST * sizeof(*w->found.cgroup));
	assert_true(p->rule && w->found.exe && w->found.cgroup);
	for (uint64_t id = 2; id <= CGROUPS; id++)
		w->parent[id] = 1 + dice(id - 1);
	for (size_t i = 0; i < rules; i++) {
		struct policy_rule *r = &p->rule[i];

		rule_make(r);
		for (size_t j = 0; j < r->exe_n; j++)
			w->found.exe[w->found.exe_n++] =
				(struct resolved_exe){ i, exe_key(1 + dice(EXES)) };
		for (size_t j = 0; (r->cgroup_n || r->unit_n) && j < dice(LIST); j++)
			w->found.cgroup[w->found.cgroup_n++] =
				(struct resolved_cgroup){ i, 2 + dice(CGROUPS - 1), 0 };
	}
	cgroups_link(w);
	assert_int_equal(compile_policy(p, &w->found, FALLBACK, &w->c), 0);
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < w->policy.rule_n; i++) {
		free(w->policy.rule[i].to);
		free(w->policy.rule[i].port);
		free(w->policy.rule[i].uid);
	}
	free(w->policy.rule);
	free(w->found.exe);
	free(w->found.cgroup);
	compile_free(w->c);
}

static struct asked ask(void)
{
	struct asked a = { .to = target(), .uid = 1000 + dice(UIDS + 1) };

	a.euid = dice(2) ? a.uid : 1000 + dice(UIDS + 1);
	if (!dice(8))
		a.euid = UNKNOWN;
	if (!dice(8))
		a.uid = UNKNOWN;
	a.exe = dice(8) ? 1 + dice(EXES + 1) : UNKNOWN;
	a.cgroup = dice(8) ? 1 + dice(CGROUPS) : UNKNOWN;
	return a;
}

/* ---- the oracle: rules as their meaning is written, one by one ---- */

static bool profile_has(const struct profile *p, uint16_t port)
{
	for (unsigned i = 0; i < p->blocked_n; i++)
		if (p->blocked[i] == port)
			return true;
	return false;
}

static bool means_uid(const struct policy_rule *r, uint32_t uid)
{
	if (uid == UNKNOWN)
		return r->action != ACTION_ALLOW;
	for (size_t i = 0; i < r->user_n; i++)
		if (r->uid[i] == uid)
			return true;
	return false;
}

static bool means_exe(const struct world *w, size_t rule, uint32_t exe)
{
	struct fence_exe key = exe_key(exe);

	if (exe == UNKNOWN)
		return w->policy.rule[rule].action != ACTION_ALLOW;
	for (size_t i = 0; i < w->found.exe_n; i++)
		if (w->found.exe[i].rule == rule && w->found.exe[i].key.dev == key.dev &&
			w->found.exe[i].key.ino == key.ino)
			return true;
	return false;
}

static bool means_cgroup(const struct world *w, size_t rule, uint32_t cgroup)
{
	if (cgroup == UNKNOWN)
		return w->policy.rule[rule].action != ACTION_ALLOW;
	for (uint64_t id = cgroup; id; id = w->parent[id])
		for (size_t i = 0; i < w->found.cgroup_n; i++)
			if (w->found.cgroup[i].rule == rule && w->found.cgroup[i].id == id)
				return true;
	return false;
}

static bool means_to(const struct policy_rule *r, const struct target *t, bool in_scope)
{
	struct address a = address_from_words(t->family, t->addr), inner = { AF_INET, 32, { 0 } };
	bool nat64 = t->family == AF_INET6 && t->addr[0] == __builtin_bswap32(0x0064ff9b) &&
		     !t->addr[1] && !t->addr[2];

	if (!r->to_n && !r->to_classes)
		return in_scope;
	memcpy(inner.byte, &t->addr[3], 4);
	for (size_t i = 0; i < r->to_n; i++)
		if (address_covers(&r->to[i], &a) || (nat64 && address_covers(&r->to[i], &inner)))
			return true;
	return r->to_classes >> t->class & 1;
}

static bool means(const struct world *w, size_t rule, const struct asked *q, bool in_scope)
{
	const struct policy_rule *r = &w->policy.rule[rule];
	bool real = means_uid(r, q->uid), effective = means_uid(r, q->euid);
	bool port = !r->port_n && profile_has(&w->profile, q->to.port);

	for (size_t i = 0; i < r->port_n; i++)
		port |= r->port[i] == q->to.port;
	if (!port || !means_to(r, &q->to, in_scope))
		return false;
	if (r->user_n && !(r->action == ACTION_ALLOW ? real && effective : real || effective))
		return false;
	if (r->exe_n && !means_exe(w, rule, q->exe))
		return false;
	return !(r->cgroup_n || r->unit_n) || means_cgroup(w, rule, q->cgroup);
}

static struct answer oracle(const struct world *w, const struct asked *q)
{
	const struct policy *p = &w->policy;
	bool in_scope = w->profile.scope >> q->to.class & 1, audit = !p->enforce;
	struct answer a = { .rule = FENCE_NO_RULE, .action = ACTION_ALLOW, .reason = REASON_SCOPE };
	size_t i = 0;

	while (i < p->rule_n && !means(w, i, q, in_scope))
		i++;
	if (i < p->rule_n) {
		a.rule = i;
		a.reason = REASON_RULE;
		a.action = p->rule[i].action;
		a.err = p->rule[i].err ?: p->err ?: FALLBACK;
		audit |= p->rule[i].audit;
	} else if (in_scope && !profile_has(&w->profile, q->to.port)) {
		a.reason = REASON_OPEN;
	} else if (in_scope) {
		a.reason = REASON_DEFAULT;
		a.action = p->default_action;
		a.err = p->default_err ?: p->err ?: FALLBACK;
	}
	a.verdict = a.action == ACTION_ALLOW ? VERDICT_ALLOWED
		    : audit                  ? VERDICT_AUDITED
					     : VERDICT_DENIED;
	return a;
}
