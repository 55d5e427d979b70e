/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One incident in a person's words: what it is called, who, when, and what became of it. */
#include "account.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "phrase.h"
#include "process.h"
#include "text.h"

#define SIZE ACCOUNT_TEXT

char *account_name(char to[ACCOUNT_TEXT], const struct incident *i)
{
	struct address first = address_from_words(i->first.k.family, i->first.k.daddr);
	char who[160], where[ADDRESS_TEXT];

	to[0] = '\0';
	if (i->others)
		phrase_add(to, SIZE, "others, such as ");
	phrase_add(to, SIZE, "%s  ->  ", attempt_who(who, sizeof(who), &i->first));
	if (i->many_seen && i->targets > 1)
		phrase_add(to, SIZE, "at least ");
	if (i->targets > 1)
		phrase_add_count(to, SIZE, i->targets, "address");
	else
		phrase_add(to, SIZE, "%s", address_print(where, &first));
	phrase_add(to, SIZE, ", port %u", i->first.k.dport);
	return to;
}

static void add_user(char *to, uint32_t uid)
{
	char user[64];

	if (uid == ~0U)
		return;
	process_user(user, sizeof(user), uid);
	phrase_add(to, SIZE, ", user ");
	phrase_add_inert(to, SIZE, user, strlen(user));
}

/* Who started it. Under `run` that is us; a person wants to know who was before. */
static const struct fence_ancestor *starter_of(const struct subject *s)
{
	for (unsigned i = 0; i < s->head.ancestors; i++)
		if (strncmp(s->head.ancestor[i].comm, "smtpfence", FENCE_COMM))
			return &s->head.ancestor[i];
	return &s->head.ancestor[0];
}

static void add_surroundings(char *to, const struct subject *s)
{
	const struct fence_ancestor *parent = starter_of(s);

	if (s->cwd) {
		phrase_add(to, SIZE, ", in ");
		phrase_add_inert(to, SIZE, s->cwd, strlen(s->cwd));
	}
	if (!s->head.ancestors || !parent->comm[0])
		return;
	phrase_add(to, SIZE, ", started by ");
	phrase_add_inert(to, SIZE, parent->comm, strnlen(parent->comm, FENCE_COMM));
	phrase_add(to, SIZE, " (%u)", parent->tgid);
}

char *account_who(char to[ACCOUNT_TEXT], const struct incident *i)
{
	const struct attempt *a = &i->first;

	to[0] = '\0';
	if (i->processes > 1) {
		phrase_add(to, SIZE, i->many_seen ? "at least " : "");
		phrase_add_count(to, SIZE, i->processes, "process");
		phrase_add(to, SIZE, ", the first ");
	}
	if (a->k.tgid)
		phrase_add(to, SIZE, "pid %u", a->k.tgid);
	else
		phrase_add(to, SIZE, "not known: no process could be named");
	add_user(to, a->k.uid);
	if (a->subject)
		add_surroundings(to, a->subject);
	if (a->k.raw)
		phrase_add(to, SIZE, "; a packet on its own, without connect()");
	return to;
}

char *account_when(char to[ACCOUNT_TEXT], const struct incident *i)
{
	char from[32], until[32];

	text_local(from, i->first_ns);
	text_local(until, i->last_ns);
	to[0] = '\0';
	phrase_add(to, SIZE, "%s", from);
	if (strcmp(from, until))
		phrase_add(to, SIZE, " to %s", until);
	if (i->count == 1) {
		phrase_add(to, SIZE, ", once");
	} else {
		phrase_add(to, SIZE, ", ");
		phrase_add_count(to, SIZE, i->count, "time");
	}
	return to;
}

char *account_saw(char to[ACCOUNT_TEXT], const struct incident *i, const struct profile *p)
{
	to[0] = '\0';
	if (i->first.k.err)
		phrase_add(to, SIZE, "\"%s\" at once", strerror(i->first.k.err));
	else
		phrase_add(to, SIZE, "no answer, as if its request had been lost");
	if (p && p->after_s && p->effect == EFFECT_DROP)
		phrase_add(to, SIZE, " (at %s: %safter about %u s)", p->provider ?: p->name,
			i->first.k.err ? "" : "a time-out ", p->after_s);
	return to;
}

static void add_single(char *to, const struct fence_outcome *o)
{
	static const char *const said[OUTCOME_COUNT] = { "not known", "connected", "refused",
		"unreachable", "no answer" };
	uint64_t ms = o->elapsed_ns / 1000000;

	phrase_add(to, SIZE, "%s", said[o->outcome < OUTCOME_COUNT ? o->outcome : 0]);
	if (o->outcome == OUTCOME_NO_ANSWER && o->syns) {
		phrase_add(to, SIZE, " to ");
		phrase_add_count(to, SIZE, o->syns, "request");
		phrase_add(to, SIZE, " (SYN)");
	}
	if (o->outcome == OUTCOME_UNKNOWN)
		return;
	phrase_add(to, SIZE, o->outcome == OUTCOME_NO_ANSWER ? ", " : " after ");
	if (ms >= 1000)
		phrase_add(to, SIZE, "%u s", (unsigned)((ms + 500) / 1000));
	else
		phrase_add(to, SIZE, "%u ms", (unsigned)ms);
}

static void add_some(char *to, uint64_t n, const char *what)
{
	char count[28];

	if (n)
		phrase_add(to, SIZE, "%s%s %s", *to ? ", " : "", text_count(count, n), what);
}

char *account_outcome(char to[ACCOUNT_TEXT], const struct incident *i)
{
	static const char *const said[OUTCOME_COUNT] = { "", "connected", "refused", "unreachable",
		"without an answer" };
	uint64_t known = 0;

	to[0] = '\0';
	if (i->count == 1) {
		add_single(to, &i->first.outcome);
		return to;
	}
	for (int n = OUTCOME_CONNECTED; n < OUTCOME_COUNT; n++) {
		add_some(to, i->outcomes[n], said[n]);
		known += i->outcomes[n];
	}
	add_some(to, i->count > known ? i->count - known : 0, "not known");
	return to;
}
