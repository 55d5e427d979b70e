/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attempts grouped the way a person thinks: same program and user, same kind of target, same result. */
#include "incident.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "distinct.h"

#define BUCKETS 16384 /* a power of two: at most four in a chain on average */

enum kind {
	KIND_TARGET,
	KIND_PROCESS,
};

/* In the list and in one chain. */
struct entry {
	struct incident incident;
	struct entry *next;
};

struct incidents {
	struct entry **list; /* in order of their ids */
	size_t n, room;
	struct entry *bucket[BUCKETS];
	struct distinct seen;
	uint64_t seed; /* hostile names must not meet in one chain */
};

struct name {
	const char *s;
	size_t n;
};

static struct name program_of(const struct attempt *a)
{
	if (a->subject && a->subject->exe)
		return (struct name){ a->subject->exe, strlen(a->subject->exe) };
	if (a->subject)
		return (struct name){ a->subject->head.comm,
			strnlen(a->subject->head.comm, FENCE_COMM) };
	return (struct name){ a->k.comm, strnlen(a->k.comm, FENCE_COMM) };
}

static struct name script_of(const struct attempt *a)
{
	const char *script = a->subject ? subject_script(a->subject) : NULL;

	return (struct name){ script, script ? strlen(script) : 0 };
}

/* FNV-1a from a secret start. */
static uint64_t hash(uint64_t h, const void *data, size_t n)
{
	for (const unsigned char *c = data; n--; c++)
		h = (h ^ *c) * 0x100000001b3ULL;
	return h ^ h >> 29;
}

/* Over a rule's limit a cgroup is as a whole, whatever program of it is the one that is told so. */
static bool over_limit(const struct attempt *a)
{
	return a->k.reason == REASON_LIMIT;
}

static struct entry **chain_of(struct incidents *s, const struct attempt *a)
{
	struct name program = program_of(a), script = script_of(a);
	uint64_t h = hash(s->seed, &a->k.cgroup, sizeof(a->k.cgroup));

	if (over_limit(a)) {
		h = hash(h, &a->k.rule, sizeof(a->k.rule));
	} else {
		h = hash(h, program.s, program.n);
		h = hash(h, script.s, script.n);
		h = hash(h, &a->k.uid, sizeof(a->k.uid));
		h = hash(h, &a->k.dport, sizeof(a->k.dport));
	}
	return &s->bucket[h & (BUCKETS - 1)];
}

static bool equal(struct name a, struct name b)
{
	return a.n == b.n && (!a.n || !memcmp(a.s, b.s, a.n));
}

/* Rules are numbered by their policy; exemptions by themselves. */
static bool same_limit(const struct attempt *a, const struct attempt *b)
{
	return a->k.rule == b->k.rule &&
	       (a->k.policy == b->k.policy || attempt_exemption(a->k.rule));
}

/* Where it went instead, and by whose leave. */
static bool same_way(const struct attempt *a, const struct attempt *b)
{
	return attempt_exemption(a->k.rule) == attempt_exemption(b->k.rule) &&
	       a->k.sent_port == b->k.sent_port && a->k.sent_family == b->k.sent_family &&
	       !memcmp(a->k.sent, b->k.sent, sizeof(a->k.sent));
}

static bool same(const struct attempt *a, const struct attempt *b)
{
	if (strcmp(attempt_result(a), attempt_result(b)) != 0 || a->k.cgroup != b->k.cgroup ||
		over_limit(a) != over_limit(b))
		return false;
	if (over_limit(a))
		return same_limit(a, b);
	return a->k.dport == b->k.dport && a->k.target == b->k.target && a->k.uid == b->k.uid &&
	       same_way(a, b) && equal(program_of(a), program_of(b)) &&
	       equal(script_of(a), script_of(b));
}

/* Its incident, the last one when all are taken, NULL when there shall be a new one. */
static struct incident *find(struct incidents *s, const struct attempt *a)
{
	for (struct entry *e = *chain_of(s, a); e; e = e->next)
		if (same(&e->incident.first, a))
			return &e->incident;
	return s->n == INCIDENTS_MOST ? &s->list[s->n - 1]->incident : NULL;
}

int incident_init(struct incidents **out)
{
	struct incidents *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	if (getrandom(&s->seed, sizeof(s->seed), GRND_NONBLOCK) < 0)
		s->seed = (uint64_t)time(NULL); /* early boot: better than none */
	*out = s;
	return 0;
}

static void entry_free(struct entry *e)
{
	if (!e)
		return;
	attempt_clear(&e->incident.first);
	free(e->incident.profile);
	free(e->incident.rule);
	free(e);
}

void incident_free(struct incidents *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		entry_free(s->list[i]);
	distinct_free(&s->seen);
	free(s->list);
	free(s);
}

/* Copies a string that may be NULL; false when memory ran out. */
static bool copy(char **to, const char *s)
{
	*to = s ? strdup(s) : NULL;
	return *to || !s;
}

static struct entry *entry_of(const struct attempt *a, const char *profile, const char *rule)
{
	struct entry *e = calloc(1, sizeof(*e));
	struct incident *i;

	if (!e)
		return NULL;
	i = &e->incident;
	i->first = *a;
	i->first.subject = subject_hold(a->subject);
	i->first.cgroup = NULL;
	if (!copy(&i->first.cgroup, a->cgroup) || !copy(&i->profile, profile) ||
		!copy(&i->rule, rule)) {
		entry_free(e);
		return NULL;
	}
	i->first_ns = i->last_ns = a->wall_ns;
	return e;
}

/* The last place is for whatever comes from now on, so it is in no chain. */
static int begin(struct incidents *s, struct entry *e)
{
	struct entry **chain = chain_of(s, &e->incident.first);
	size_t room = s->room ? 2 * s->room : 64;
	struct entry **list = s->list;

	if (s->n == s->room) {
		list = realloc(s->list, room * sizeof(*list));
		if (!list)
			return -ENOMEM;
		s->list = list;
		s->room = room;
	}
	list[s->n++] = e;
	e->incident.id = (unsigned)s->n;
	e->incident.others = s->n == INCIDENTS_MOST;
	if (!e->incident.others) {
		e->next = *chain;
		*chain = e;
	}
	return 0;
}

/* Counts in *n what the incident had not met before. */
static int meet(struct incidents *s, struct incident *i, struct distinct_thing thing, uint64_t *n)
{
	bool fresh;
	int err;

	thing.owner = i->id;
	err = distinct_add(&s->seen, &thing, &fresh);
	if (err)
		return err;
	*n += fresh;
	i->many_seen |= !fresh && distinct_full(&s->seen);
	return 0;
}

static int count(struct incidents *s, struct incident *i, const struct attempt *a)
{
	struct distinct_thing target = { .kind = KIND_TARGET }, process = { .kind = KIND_PROCESS };
	int err;

	memcpy(target.word, a->k.daddr, sizeof(a->k.daddr));
	if (a->k.family == AF_INET)
		target.word[1] = ~0ULL; /* no IPv6 address that can be connected to ends so */
	err = meet(s, i, target, &i->targets);
	process.word[0] = a->k.tgid;
	process.word[1] = a->k.start_ns;
	if (!err && a->k.tgid)
		err = meet(s, i, process, &i->processes);
	if (err)
		return err;
	i->count++;
	if (a->wall_ns < i->first_ns)
		i->first_ns = a->wall_ns;
	if (a->wall_ns > i->last_ns)
		i->last_ns = a->wall_ns;
	return 0;
}

int incident_add(struct incidents *s, const struct attempt *a, const char *profile,
	const char *rule, const struct incident **out, bool *fresh)
{
	struct incident *i = find(s, a);
	bool first = !i;
	int err;

	if (first) {
		struct entry *e = entry_of(a, profile, rule);

		err = e ? begin(s, e) : -ENOMEM;
		if (err) {
			entry_free(e);
			return err;
		}
		i = &e->incident;
	}
	err = count(s, i, a);
	if (err)
		return err;
	*out = i;
	*fresh = first;
	return 0;
}

void incident_settle(struct incidents *s, const struct attempt *a)
{
	struct incident *i = find(s, a);

	if (!i || a->k.verdict == VERDICT_DENIED || a->outcome.outcome >= OUTCOME_COUNT)
		return;
	i->outcomes[a->outcome.outcome]++;
	if (i->first.k.id == a->k.id)
		i->first.outcome = a->outcome;
}

size_t incident_count(const struct incidents *s)
{
	return s->n;
}

const struct incident *incident_at(const struct incidents *s, size_t i)
{
	return i < s->n ? &s->list[i]->incident : NULL;
}
