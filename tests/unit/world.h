/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random terms and questions, and an oracle that reads terms as their meaning is written. */
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

#include "bpf/target.h"
#include "compile.h"
#include "judge.h"
#include "policy.h"
#include "profile.h"
#include "resolve.h"
#include "terms.h"
#include "vectors.h"

#define LIST 6 /* entries of one list of a term at most */
#define CGROUPS 48
#define UIDS 6
#define EXES 6
#define GIDS 8
#define NOW 1000000
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
	struct selectors *part; /* two of each term */
	struct terms terms;
	struct resolved found;
	uint64_t parent[CGROUPS + 1]; /* of cgroup id 1..CGROUPS; 0 none */
	struct compiled *c;
};

struct asked {
	struct target to;
	uint32_t uid, euid;
	uint32_t gid[GIDS];
	size_t gid_n;
	bool gids_known;
	uint32_t exe; /* 1..EXES, a key nobody named, or UNKNOWN */
	uint32_t cgroup; /* id, or UNKNOWN */
};

/* ---- random terms and questions ---- */

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

static char *text[] = { "x", "x", "x", "x", "x", "x" };

static void ids_make(struct selectors *s)
{
	s->by[SELECTOR_USER] = (struct selectors_list){ text, some() };
	s->by[SELECTOR_GROUP] = (struct selectors_list){ text, dice(2) ? some() : 0 };
	s->uid = array(sizeof(*s->uid));
	s->gid = array(sizeof(*s->gid));
	for (size_t i = 0; i < LIST; i++) {
		s->uid[i] = 1000 + dice(UIDS);
		s->gid[i] = 2000 + dice(GIDS);
	}
}

/* The part of it own. Of exe, cgroup and name only whether: what they mean stands in world.found. */
static void part_make(struct selectors *s)
{
	ids_make(s);
	s->to = array(sizeof(*s->to));
	s->not_to = array(sizeof(*s->not_to));
	s->port = array(sizeof(*s->port));
	s->not_port = array(sizeof(*s->not_port));
	s->to_n = some();
	s->to_classes = dice(4) ? 0 : dice(1U << CLASS_OWN);
	s->not_to_n = dice(3) ? 0 : some();
	s->not_classes = dice(8) ? 0 : dice(1U << CLASS_OWN);
	s->port_n = some();
	s->not_port_n = dice(2) ? 0 : some() / 3;
	s->by[SELECTOR_EXE] = (struct selectors_list){ text, some() / LIST };
	s->by[SELECTOR_UNIT] = (struct selectors_list){ text, some() / LIST };
	s->by[SELECTOR_NAME] = (struct selectors_list){ text, !dice(8) };
	for (size_t i = 0; i < LIST; i++) {
		s->to[i] = prefix();
		s->not_to[i] = prefix();
		s->port[i] = PORTS[dice(7)];
		s->not_port[i] = PORTS[dice(7)];
	}
}

static void rule_make(struct policy_rule *r)
{
	r->then.action = dice(ACTION_COUNT);
	r->then.err = dice(2) ? 0 : ECONNREFUSED;
	r->then.relay.port4 = dice(2);
	r->then.relay.port6 = dice(2);
	r->name = "x";
}

static struct fence_exe exe_key(uint32_t n)
{
	return (struct fence_exe){ .dev = n & 1, .ino = 1 + n / 2 };
}

static bool is_strict(const struct term *t)
{
	return t->order->action >= ACTION_ANSWER && !t->audit && !t->pass;
}

static uint32_t random_set(struct world *w)
{
	struct fence_vector set = { { 0 } };
	uint32_t index;

	for (size_t i = 0; i < w->terms.n; i++)
		if (w->part[2 * i].by[SELECTOR_UNIT].n && !dice(3))
			vectors_set(&set, i);
	assert_int_equal(vectors_put(&w->found.sets, &set, &index), 0);
	return index;
}

static void found_make(struct world *w)
{
	struct resolved *r = &w->found;

	r->exe = calloc(w->terms.n + 1, LIST * sizeof(*r->exe));
	r->to = calloc(w->terms.n + 1, sizeof(*r->to));
	r->cgroup = calloc(CGROUPS, sizeof(*r->cgroup));
	assert_true(r->exe && r->to && r->cgroup && !vectors_init(&r->sets));
	for (size_t i = 0; i < w->terms.n; i++) {
		for (size_t j = 0; w->part[2 * i].by[SELECTOR_EXE].n && j < dice(LIST); j++)
			r->exe[r->exe_n++] = (struct resolved_exe){ i, exe_key(1 + dice(EXES)) };
		if (w->part[2 * i].by[SELECTOR_NAME].n && dice(2))
			r->to[r->to_n++] = (struct resolved_to){ i, place() };
	}
	for (uint64_t id = 2; id <= CGROUPS; id++)
		if (dice(2))
			r->cgroup[r->cgroup_n++] = (struct resolved_cgroup){ id, random_set(w),
				random_set(w), id % 2 };
}

/* Some exemptions first, some of them expired; then a layer, perhaps; then rules. */
static void terms_make(struct world *w)
{
	size_t n = w->terms.n, layer = dice(2) ? dice(n + 1) : 0;

	w->terms.rules_at = n / 4;
	for (size_t i = 0; i < n; i++) {
		struct policy_rule *r = &w->policy.rule[i];
		struct term *t = &w->terms.term[i];
		bool exempt = i < w->terms.rules_at;

		rule_make(r);
		part_make(&w->part[2 * i]);
		ids_make(&w->part[2 * i + 1]);
		t->part[0] = &w->part[2 * i];
		t->part[1] = dice(3) ? NULL : &w->part[2 * i + 1];
		t->order = &r->then;
		t->name = r->name;
		t->number = exempt ? FENCE_EXEMPTION | i : i;
		t->audit = !exempt && !dice(5);
		t->until_ns = exempt && i % 64 < 30 ? NOW - 100 + dice(200) : 0;
		t->pass = !exempt && i < layer && r->then.action == ACTION_ALLOW;
		t->next = t->pass ? layer : 0;
	}
}

static void world_make(struct world *w, size_t n)
{
	static const struct compile_options options = { .fallback_errno = FALLBACK };
	struct policy *p = &w->policy;

	*w = (struct world){ .policy.profile = &w->profile, .terms.n = n };
	w->profile.scope = dice(2) ? 1U << CLASS_PUBLIC : dice(1U << CLASS_COUNT);
	for (int i = 0; i < 5; i++)
		if (!i || !dice(3))
			w->profile.blocked[w->profile.blocked_n++] = PORTS[i];
	p->enforce = dice(2);
	p->err = dice(2) ? 0 : EACCES;
	p->otherwise.action = dice(2) ? ACTION_ALLOW : dice(2) ? ACTION_BLOCK : ACTION_DROP;
	p->otherwise.err = dice(2) ? 0 : ETIMEDOUT;
	p->rule_n = n;
	p->rule = calloc(n + 1, sizeof(*p->rule));
	w->part = calloc(2 * n + 1, sizeof(*w->part));
	w->terms.term = calloc(n + 1, sizeof(*w->terms.term));
	assert_true(p->rule && w->part && w->terms.term);
	for (uint64_t id = 2; id <= CGROUPS; id++)
		w->parent[id] = id < 6 ? id - 1 : 1 + dice(id - 1);
	terms_make(w);
	found_make(w);
	assert_int_equal(compile_policy(p, &w->terms, &w->found, &options, &w->c), 0);
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < 2 * w->terms.n; i++) {
		free(w->part[i].to);
		free(w->part[i].not_to);
		free(w->part[i].port);
		free(w->part[i].not_port);
		free(w->part[i].uid);
		free(w->part[i].gid);
	}
	free(w->part);
	free(w->policy.rule);
	free(w->terms.term);
	free(w->found.exe);
	free(w->found.to);
	free(w->found.cgroup);
	vectors_free(&w->found.sets);
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
	a.gid_n = dice(GIDS);
	for (size_t i = 0; i < a.gid_n; i++)
		a.gid[i] = 2000 + dice(GIDS + 4);
	a.gids_known = dice(4);
	a.exe = dice(8) ? 1 + dice(EXES + 1) : UNKNOWN;
	a.cgroup = dice(8) ? 1 + dice(CGROUPS) : UNKNOWN;
	return a;
}

/* ---- the oracle: terms as their meaning is written, one by one ---- */

static bool profile_has(const struct profile *p, uint16_t port)
{
	for (unsigned i = 0; i < p->blocked_n; i++)
		if (p->blocked[i] == port)
			return true;
	return false;
}

static bool listed(const uint32_t *list, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return !n;
}

/* In the lists of all parts. */
static bool means_id(const struct term *t, enum selector which, uint32_t number)
{
	for (int i = 0; i < TERM_PARTS && t->part[i]; i++) {
		const struct selectors *s = t->part[i];

		if (!listed(which == SELECTOR_USER ? s->uid : s->gid, s->by[which].n, number))
			return false;
	}
	return true;
}

static bool means_users(const struct term *t, const struct asked *q)
{
	bool real = q->uid == UNKNOWN ? is_strict(t) : means_id(t, SELECTOR_USER, q->uid);
	bool effective = q->euid == UNKNOWN ? is_strict(t) : means_id(t, SELECTOR_USER, q->euid);

	if (!term_names(t, SELECTOR_USER))
		return true;
	return is_strict(t) ? real || effective : real && effective;
}

static bool means_groups(const struct term *t, const struct asked *q)
{
	if (!term_names(t, SELECTOR_GROUP) || (!q->gids_known && is_strict(t)))
		return true;
	for (size_t i = 0; i < q->gid_n; i++)
		if (means_id(t, SELECTOR_GROUP, q->gid[i]))
			return true;
	return false;
}

static bool means_exe(const struct world *w, size_t term, uint32_t exe)
{
	struct fence_exe key = exe_key(exe);

	if (exe == UNKNOWN)
		return is_strict(&w->terms.term[term]);
	for (size_t i = 0; i < w->found.exe_n; i++)
		if (w->found.exe[i].term == term && w->found.exe[i].key.dev == key.dev &&
			w->found.exe[i].key.ino == key.ino)
			return true;
	return false;
}

/* What the nearest that is known says of it. */
static bool means_cgroup(const struct world *w, size_t term, uint32_t cgroup)
{
	if (cgroup == UNKNOWN)
		return is_strict(&w->terms.term[term]);
	for (uint64_t id = cgroup; id; id = w->parent[id])
		for (size_t i = 0; i < w->found.cgroup_n; i++) {
			const struct resolved_cgroup *c = &w->found.cgroup[i];

			if (c->id == id)
				return vectors_has(
					&w->found.sets.vector[id == cgroup ? c->own : c->below],
					term);
		}
	return false;
}

static bool covered(const struct address *prefix, size_t n, const struct target *t)
{
	struct address a = address_from_words(t->family, t->addr), inner = { AF_INET, 32, { 0 } };
	bool nat64 = t->family == AF_INET6 && t->addr[0] == __builtin_bswap32(0x0064ff9b) &&
		     !t->addr[1] && !t->addr[2];

	memcpy(inner.byte, &t->addr[3], 4);
	for (size_t i = 0; i < n; i++)
		if (address_covers(&prefix[i], &a) || (nat64 && address_covers(&prefix[i], &inner)))
			return true;
	return false;
}

static bool means_to(const struct world *w, size_t term, const struct target *t, bool in_scope)
{
	const struct selectors *s = w->terms.term[term].part[0];

	if (covered(s->not_to, s->not_to_n, t) || s->not_classes >> t->class & 1)
		return false;
	if (!s->to_n && !s->to_classes && !s->by[SELECTOR_NAME].n)
		return in_scope;
	for (size_t i = 0; i < w->found.to_n; i++)
		if (w->found.to[i].term == term && covered(&w->found.to[i].address, 1, t))
			return true;
	return covered(s->to, s->to_n, t) || s->to_classes >> t->class & 1;
}

static bool means(const struct world *w, size_t term, const struct asked *q, bool in_scope)
{
	const struct term *t = &w->terms.term[term];
	const struct selectors *s = t->part[0];
	bool port = !s->port_n && profile_has(&w->profile, q->to.port);

	for (size_t i = 0; i < s->port_n; i++)
		port |= s->port[i] == q->to.port;
	for (size_t i = 0; i < s->not_port_n; i++)
		port &= s->not_port[i] != q->to.port;
	if (!port || !means_to(w, term, &q->to, in_scope) || !means_users(t, q) ||
		!means_groups(t, q))
		return false;
	if (s->by[SELECTOR_EXE].n && !means_exe(w, term, q->exe))
		return false;
	return !s->by[SELECTOR_UNIT].n || means_cgroup(w, term, q->cgroup);
}

static void verdict(struct answer *a, bool audit, bool relay)
{
	bool elsewhere = a->action == ACTION_REDIRECT || a->action == ACTION_ANSWER;

	if (elsewhere && !relay)
		a->reason = REASON_NO_RELAY;
	a->verdict = a->action == ACTION_ALLOW || a->action == ACTION_LIMIT ? VERDICT_ALLOWED
		     : audit                                                ? VERDICT_AUDITED
		     : !elsewhere || !relay                                 ? VERDICT_DENIED
		     : a->action == ACTION_ANSWER                           ? VERDICT_ANSWERED
									    : VERDICT_REDIRECTED;
}

/* The answer of a term that decides. */
static struct answer oracle_term(const struct world *w, const struct asked *q, size_t i)
{
	const struct term *t = &w->terms.term[i];
	const struct fence_relay *relay = &t->order->relay;
	struct answer a = { .rule = t->number,
		.term = i,
		.reason = t->number & FENCE_EXEMPTION ? REASON_EXEMPTION : REASON_RULE,
		.action = t->order->action,
		.err = t->order->err ?: w->policy.err ?: FALLBACK };

	/* nowhere runs a responder here */
	verdict(&a, !w->policy.enforce || t->audit,
		a.action == ACTION_REDIRECT &&
			(relay->port4 || (relay->port6 && q->to.family == AF_INET6)));
	return a;
}

static struct answer oracle(const struct world *w, const struct asked *q)
{
	const struct policy *p = &w->policy;
	bool in_scope = w->profile.scope >> q->to.class & 1;
	struct answer a = { .rule = FENCE_NO_RULE,
		.term = FENCE_NO_RULE,
		.action = ACTION_ALLOW,
		.reason = REASON_SCOPE };

	for (size_t i = 0; i < w->terms.n;) {
		const struct term *t = &w->terms.term[i];

		if (!means(w, i, q, in_scope) || (t->until_ns && t->until_ns <= NOW))
			i++;
		else if (t->pass)
			i = t->next;
		else
			return oracle_term(w, q, i);
	}
	if (in_scope && !profile_has(&w->profile, q->to.port)) {
		a.reason = REASON_OPEN;
	} else if (in_scope) {
		a.reason = REASON_DEFAULT;
		a.action = p->otherwise.action;
		a.err = p->otherwise.err ?: p->err ?: FALLBACK;
	}
	verdict(&a, !p->enforce, false);
	return a;
}
