/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a compiled policy would answer: the hooks' look-ups, in user space. Pure. */
#include "judge.h"

#include <string.h>
#include <sys/socket.h>

#include "bpf/first.h"
#include "compile.h"

static inline __u64 first_gids(const struct question *q, __u32 i)
{
	__u64 w = 0;

	for (int n = 0; n < FENCE_GIDS; n++)
		if (q->gids >> n & 1)
			w |= q->gid[n].word[i];
	return w;
}

/* Longest prefix, as fence_to4 and fence_to6 find it. */
static struct fence_to class_to(const struct compiled *c, const struct address *a)
{
	struct fence_to found = { VECTOR_TO_OTHER, VECTOR_TO_ANY };
	struct address p = { .family = a->family };
	int longest = -1;

	if (!c->settings.has_to)
		return found;
	for (size_t i = 0; a->family == AF_INET && i < c->to4_n; i++) {
		p.bits = c->to4[i].key.bits;
		memcpy(p.byte, c->to4[i].key.addr, sizeof(c->to4[i].key.addr));
		if (p.bits > longest && address_covers(&p, a)) {
			longest = p.bits;
			found = c->to4[i].to;
		}
	}
	for (size_t i = 0; a->family == AF_INET6 && i < c->to6_n; i++) {
		p.bits = c->to6[i].key.bits;
		memcpy(p.byte, c->to6[i].key.addr, sizeof(c->to6[i].key.addr));
		if (p.bits > longest && address_covers(&p, a)) {
			longest = p.bits;
			found = c->to6[i].to;
		}
	}
	return found;
}

static uint32_t class_uid(const struct compiled *c, uint32_t uid)
{
	if (!c->settings.has_uid)
		return VECTOR_UID_OTHER;
	if (uid == ~0U)
		return VECTOR_UID_UNKNOWN;
	for (size_t i = 0; i < c->uid_n; i++)
		if (c->uid[i].uid == uid)
			return c->uid[i].vector;
	return VECTOR_UID_OTHER;
}

static uint32_t class_exe(const struct compiled *c, const struct fence_exe *exe)
{
	if (!c->settings.has_exe)
		return VECTOR_EXE_OTHER;
	if (!exe->ino)
		return VECTOR_EXE_UNKNOWN;
	for (size_t i = 0; i < c->exe_n; i++)
		if (c->exe[i].key.dev == exe->dev && c->exe[i].key.ino == exe->ino)
			return c->exe[i].vector;
	return VECTOR_EXE_OTHER;
}

/* Of a process with too many groups, only the first two are asked for (bpf/groups.h). */
static void class_gids(const struct compiled *c, const struct judge_who *who, struct question *q)
{
	bool many = who->gid_n > FENCE_GROUPS + 2;
	size_t n = many ? 2 : who->gid_n;

	q->by_gid = c->settings.has_gid;
	q->gids_unknown = many || !who->gids_known;
	for (size_t i = 0; q->by_gid && i < n; i++)
		for (size_t j = 0; j < c->gid_n; j++)
			if (c->gid[j].gid == who->gid[i])
				q->gids |= 1ULL << c->gid[j].number;
}

static bool is_deep(const struct compiled *c, const struct judge_who *who)
{
	return c->settings.has_cgroup && who->cgroup_n > FENCE_DEPTH + 1;
}

/* From the root down: the deepest known one decides for what lies below. What is too deep is unknown. */
static uint32_t class_cgroup(const struct compiled *c, const struct judge_who *who)
{
	uint32_t class = VECTOR_CGROUP_OTHER, below = VECTOR_CGROUP_OTHER;

	if (!c->settings.has_cgroup)
		return VECTOR_CGROUP_OTHER;
	if (!who->cgroup_n || is_deep(c, who))
		return VECTOR_CGROUP_UNKNOWN;
	for (size_t level = 0; level < who->cgroup_n; level++) {
		class = below;
		for (size_t i = 0; i < c->cgroup_n; i++)
			if (c->cgroup[i].id == who->cgroup[level]) {
				class = c->cgroup[i].class.own;
				below = c->cgroup[i].class.below;
				break;
			}
	}
	return class;
}

static int port_slot(const struct fence_settings *s, uint16_t port)
{
	for (int i = 0; i < s->ports && i < FENCE_PORTS; i++)
		if (s->port[i] == port)
			return i;
	return -1;
}

/* The first term that is not passed over, as bpf/judge.h finds it. */
static void ask(
	const struct compiled *c, const struct question *q, uint64_t now_ns, struct answer *a)
{
	const struct fence_term *term;
	uint32_t n, from = 0;

	for (uint32_t turn = 0; turn < DECIDE_TURNS; turn++) {
		n = decide_rule(q, c->settings.words, from);
		if (n != FENCE_NO_RULE && n >= c->term_n)
			break;
		term = n == FENCE_NO_RULE ? NULL : &c->term[n];
		if (!term || !decide_passes(term, now_ns)) {
			a->term = n;
			decide(a, q, term, &c->settings);
			return;
		}
		from = decide_next(term, n, turn, &c->settings);
	}
	decide_failsafe(a, q->blocked, REASON_MISS, &c->settings);
}

static struct question question_of(const struct compiled *c, const struct judge_who *who,
	const struct judge_target *to, int slot)
{
	const struct fence_settings *s = &c->settings;
	struct fence_to class = class_to(c, &to->address);
	uint32_t scope = to->address.family == AF_INET6 ? s->scope6 : s->scope4;
	struct question q = {
		.port = &c->vector[VECTOR_PORT + (slot < 0 ? 0 : slot)],
		.to = &c->vector[class.named],
		.to_any = &c->vector[class.any],
		.uid = &c->vector[class_uid(c, who->uid)],
		.euid = &c->vector[class_uid(c, who->euid)],
		.gid_other = &c->vector[VECTOR_GID_OTHER],
		.gid_unknown = &c->vector[VECTOR_GID_UNKNOWN],
		.gid = &c->vector[VECTOR_GID],
		.exe = &c->vector[class_exe(c, &who->exe)],
		.cgroup = &c->vector[class_cgroup(c, who)],
		.strict = &c->vector[VECTOR_STRICT],
		.in_scope = scope >> address_class(&to->address) & 1,
		.blocked = slot >= 0 && s->blocked >> slot & 1,
		.relays = RELAY_IP4 | (to->address.family == AF_INET6 ? RELAY_IP6 : 0),
	};

	class_gids(c, who, &q);
	return q;
}

struct answer judge(const struct compiled *c, const struct judge_who *who,
	const struct judge_target *to, uint64_t now_ns)
{
	const struct fence_settings *s = &c->settings;
	struct answer a = { .rule = FENCE_NO_RULE, .term = FENCE_NO_RULE, .reason = REASON_OPEN };
	int slot = port_slot(s, to->port);
	struct question q = question_of(c, who, to, slot);

	if (slot < 0)
		return a;
	if (is_deep(c, who) && q.in_scope && q.blocked)
		decide_failsafe(&a, true, REASON_DEPTH, s);
	else
		ask(c, &q, now_ns, &a);
	return a;
}

unsigned judge_misfit(const struct compiled *c, const struct judge_who *who,
	const struct judge_target *to, size_t term)
{
	int slot = port_slot(&c->settings, to->port);
	struct question q = question_of(c, who, to, slot);
	uint64_t bit = 1ULL << term % 64, strict = q.strict->word[term / 64];
	size_t i = term / 64;
	uint64_t uid = q.uid->word[i], euid = q.euid->word[i];
	uint64_t open = q.in_scope ? q.to_any->word[i] : 0;
	unsigned misfit = 0;

	if (slot < 0 || !(q.port->word[i] & bit))
		misfit |= MISFIT_PORT;
	if (!((q.to->word[i] | open) & bit))
		misfit |= MISFIT_TARGET;
	if (!(((uid & euid) | ((uid | euid) & strict)) & bit))
		misfit |= MISFIT_USER;
	if (q.by_gid && !(first_gid(&q, i) & bit))
		misfit |= MISFIT_GROUP;
	if (!(q.exe->word[i] & bit))
		misfit |= MISFIT_PROGRAM;
	if (!(q.cgroup->word[i] & bit))
		misfit |= MISFIT_PLACE;
	return misfit;
}
