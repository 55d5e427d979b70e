/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to change, from where it went and what the provider leaves open. Pure. */
#include "advise.h"

#include <string.h>

#include "address.h"
#include "phrase.h"
#include "text.h"

#define MTA 25 /* between mail servers */
#define MTA_TOO 26 /* what some hosts offer beside 25 */
#define STARTTLS 587
#define IMPLICIT_TLS 465
#define SPARE 2525 /* of many mail services, for networks that shut the others */
#define SIZE ADVISE_TEXT

/* Ports that a program may be told to use under a profile. */
struct ways {
	bool starttls;
	bool implicit;
	bool spare;
};

static bool only_observes(const struct profile *p)
{
	return !p || !p->blocked_n;
}

/* The name fits behind "at": "DigitalOcean", "most cloud providers". */
static const char *provider(const struct profile *p)
{
	return p->provider ? p->provider : p->name;
}

static bool shuts(const struct profile *p, const struct incident *i)
{
	return p && profile_blocks(p, i->first.k.dport) && p->scope & 1U << i->first.k.target;
}

static bool is_stopped(const struct incident *i)
{
	return i->first.k.verdict != VERDICT_ALLOWED;
}

/* The profile's hints decide; where it has none, every port that it leaves open will do. */
static bool offers(const struct profile *p, const char *hint, uint16_t port)
{
	bool hinted = !p->hint_n;

	for (unsigned i = 0; i < p->hint_n; i++)
		hinted |= !strcmp(p->hint[i], hint);
	return hinted && !profile_blocks(p, port);
}

static struct ways ways_of(const struct profile *p)
{
	return (struct ways){
		.starttls = offers(p, "587", STARTTLS),
		.implicit = offers(p, "465", IMPLICIT_TLS),
		.spare = offers(p, "2525", SPARE),
	};
}

/* "port 25", "ports 25, 465 and 587". */
static void add_ports(char *to, const uint16_t *port, unsigned n)
{
	phrase_add(to, SIZE, n == 1 ? "port" : "ports");
	for (unsigned i = 0; i < n; i++)
		phrase_add(to, SIZE, "%s%u", !i ? " " : i + 1 == n ? " and " : ", ", port[i]);
}

static void add_rule(char *to, const struct incident *i)
{
	char name[128];

	if (i->rule)
		phrase_add(to, SIZE, "the policy's rule \"%s\"",
			text_inert(name, sizeof(name), i->rule, strlen(i->rule)));
	else if (i->first.k.rule != FENCE_NO_RULE)
		phrase_add(to, SIZE, "the policy's rule %u", i->first.k.rule + 1U);
	else
		phrase_add(to, SIZE, "the policy");
}

/* Reasons in which the fence speaks for itself; NULL: it does not. */
static const char *own_reason(uint8_t reason)
{
	static const char *const said[REASON_COUNT] = {
		[REASON_MISS] =
			"The fence could not look up its rules and did what it was built to do",
		[REASON_NO_MARK] =
			"The socket had no room to be marked, so the packet counts as unknown",
		[REASON_REWRITTEN] = "The packet goes elsewhere than the program asked for",
		[REASON_FRAGMENT] = "A fragment too short to show where it goes",
		[REASON_HEADERS] = "More headers in front of the packet than are read",
		[REASON_DEPTH] = "Its cgroup lies deeper than is judged",
	};

	return reason < REASON_COUNT ? said[reason] : NULL;
}

static void why_stopped(char *to, const struct incident *i, const struct profile *p)
{
	const char *own = own_reason(i->first.k.reason);

	if (own) {
		phrase_add(to, SIZE, "%s; the port is shut by the policy.", own);
	} else if (i->first.k.reason == REASON_RULE) {
		phrase_add(to, SIZE, "It is stopped by ");
		add_rule(to, i);
		phrase_add(to, SIZE, ".");
	} else if (shuts(p, i)) {
		phrase_add(to, SIZE, "At %s nothing gets out on ", provider(p));
		add_ports(to, p->blocked, p->blocked_n);
		phrase_add(to, SIZE, ". It is neither a bug in the program nor a wrong password.");
	} else {
		phrase_add(to, SIZE, "The policy stops what no rule of it allows.");
	}
	if (i->first.k.verdict == VERDICT_AUDITED)
		phrase_add(to, SIZE, " Here it was let through and recorded (audit).");
}

static void why_allowed(char *to, const struct incident *i, const struct profile *p)
{
	const struct fence_attempt *k = &i->first.k;

	if (k->reason == REASON_RULE) {
		phrase_add(to, SIZE, "It is allowed by ");
		add_rule(to, i);
		phrase_add(to, SIZE, ".");
	} else if (only_observes(p)) {
		phrase_add(to, SIZE,
			"Nothing was blocked: without a profile attempts are only recorded.");
	} else if (k->reason == REASON_SCOPE) {
		phrase_add(to, SIZE,
			"What is shut at %s is the way to public addresses; this is none.",
			provider(p));
	} else if (!profile_blocks(p, k->dport)) {
		phrase_add(to, SIZE, "Port %u is open at %s.", k->dport, provider(p));
	} else {
		phrase_add(to, SIZE, "The policy lets through what no rule of it names.");
	}
}

char *advise_why(char to[ADVISE_TEXT], const struct incident *i, const struct profile *p)
{
	to[0] = '\0';
	if (is_stopped(i))
		why_stopped(to, i, p);
	else
		why_allowed(to, i, p);
	return to;
}

char *advise_to(char to[ADVISE_TEXT], const struct incident *i, const struct profile *p)
{
	static const char *const one[CLASS_COUNT] = { "a public address", "a private address",
		"this machine itself", "a link-local address", "an address behind a carrier's NAT",
		"a private IPv6 address", "a multicast address", "an address of this machine" };
	static const char *const many[CLASS_COUNT] = { "public addresses", "private addresses",
		"addresses of this machine", "link-local addresses",
		"addresses behind a carrier's NAT", "private IPv6 addresses", "multicast addresses",
		"addresses of this machine" };
	const struct fence_attempt *k = &i->first.k;
	struct address first = address_from_words(k->family, k->daddr);
	uint8_t class = k->target < CLASS_COUNT ? k->target : CLASS_PUBLIC;
	char text[ADDRESS_TEXT], count[28];

	(void)p; /* names and roles will come from it */
	to[0] = '\0';
	address_print(text, &first);
	if (i->targets > 1)
		phrase_add(to, SIZE, "%s%s %s, the first %s", i->many_seen ? "at least " : "",
			text_count(count, i->targets), many[class], text);
	else
		phrase_add(to, SIZE, "%s, %s", text, one[class]);
	if (class == CLASS_PUBLIC)
		phrase_add(to, SIZE,
			i->targets > 1 ? "; their names and roles are not known"
				       : "; its name and role are not known");
	return to;
}

/* Submission under this profile: "port 587 with STARTTLS and a login, or ...". */
static void add_submission(char *to, const struct ways *w, const struct profile *p)
{
	if (w->starttls)
		phrase_add(to, SIZE, "port 587 with STARTTLS and a login");
	if (w->implicit)
		phrase_add(to, SIZE, "%sport 465 with implicit TLS and a login",
			w->starttls ? ", or " : "");
	if (w->starttls || w->implicit)
		return;
	if (w->spare)
		phrase_add(to, SIZE, "its port 2525 with STARTTLS and a login%s, or ",
			p->hint_note ? "" : ", if it has one (try it first)");
	phrase_add(to, SIZE, "its HTTPS API (443)");
}

/* "At Hetzner Cloud 465 is shut too." and, when no submission port is open, that they won't help. */
static void add_shut(char *to, const struct ways *w, const struct profile *p)
{
	static const uint16_t others[] = { STARTTLS, IMPLICIT_TLS, SPARE };
	unsigned n = 0, said = 0;

	for (unsigned i = 0; i < 3; i++)
		n += profile_blocks(p, others[i]);
	if (!n)
		return;
	phrase_add(to, SIZE, "At %s", provider(p));
	for (unsigned i = 0; i < 3; i++)
		if (profile_blocks(p, others[i]) && ++said)
			phrase_add(to, SIZE, "%s%u",
				said == 1   ? " "
				: said == n ? " and "
					    : ", ",
				others[i]);
	phrase_add(to, SIZE, n == 1 ? " is shut too" : " are shut too");
	if (w->starttls || w->implicit)
		phrase_add(to, SIZE, ".\n");
	else
		phrase_add(to, SIZE, ", so changing to %s won't help.\n", n == 1 ? "it" : "them");
}

/* A port between mail servers: who is meant decides what helps. */
static void change_mta(char *to, const struct ways *w, const struct profile *p)
{
	add_shut(to, w, p);
	phrase_add(to, SIZE, "If this is your mail service (relay): use ");
	add_submission(to, w, p);
	phrase_add(to, SIZE, ".");
	if (p->hint_note)
		phrase_add(to, SIZE, " %s", p->hint_note);
	phrase_add(
		to, SIZE, "\nIf it is a recipient's mail server: no other port will work there; ");
	phrase_add(to, SIZE, "hand the mail to a mail service (relay) instead.");
}

/* A mail service's own port: the same service on another. */
static void change_submission(char *to, const struct ways *w, const struct profile *p)
{
	if (w->starttls || w->implicit)
		phrase_add(to, SIZE, "The same mail service and login, on ");
	else
		phrase_add(to, SIZE, "If your mail service has it: ");
	if (w->starttls)
		phrase_add(to, SIZE, "port 587 with STARTTLS");
	else if (w->implicit)
		phrase_add(to, SIZE, "port 465 with implicit TLS");
	else
		add_submission(to, w, p);
	phrase_add(to, SIZE, ".");
	if (p->hint_note)
		phrase_add(to, SIZE, " %s", p->hint_note);
}

static void change_stopped(char *to, const struct incident *i, const struct profile *p)
{
	bool mta = i->first.k.dport == MTA || i->first.k.dport == MTA_TOO;

	if (shuts(p, i)) {
		struct ways w = ways_of(p);

		if (mta)
			change_mta(to, &w, p);
		else
			change_submission(to, &w, p);
		return;
	}
	phrase_add(to, SIZE, "This is a decision of ");
	add_rule(to, i);
	phrase_add(to, SIZE, p ? ", not of a provider. " : ". ");
	phrase_add(to, SIZE,
		"Ask who wrote it for an exception, or for the mail service it leaves open.");
}

/* What the ways of the network did to attempts that we let through. */
static void add_outcome(char *to, const struct incident *i)
{
	if (i->outcomes[OUTCOME_NO_ANSWER])
		phrase_add(to, SIZE,
			" It was let through here and got no answer: something after this machine "
			"swallowed it. A provider's block looks just like that.");
	else if (i->outcomes[OUTCOME_REFUSED])
		phrase_add(to, SIZE,
			" The other side refused: nothing listens there, or it lets nobody in.");
}

static void change_observed(char *to, const struct incident *i)
{
	bool mta = i->first.k.dport == MTA || i->first.k.dport == MTA_TOO;

	if (mta)
		phrase_add(to, SIZE,
			"Nothing here. In most clouds this port is shut, and mail \"just times out\". "
			"A program that is to run there sends through a mail service: port 587 with "
			"STARTTLS and a login.\nWhat it would meet there: smtpfence run --profile "
			"generic-cloud");
	else
		phrase_add(to, SIZE,
			"Nothing here, nor in most clouds; some shut this port too.\n"
			"What it would meet there: smtpfence run --profile digitalocean");
}

static void change_allowed(char *to, const struct incident *i, const struct profile *p)
{
	uint8_t class = i->first.k.target;

	if (class == CLASS_LOOPBACK || class == CLASS_OWN)
		phrase_add(to, SIZE,
			"Nothing. What the mail server on this machine sends on is an attempt of its own.");
	else if (class != CLASS_PUBLIC)
		phrase_add(to, SIZE, "Nothing: no provider is on this way.");
	else if (only_observes(p))
		change_observed(to, i);
	else if (shuts(p, i))
		phrase_add(to, SIZE,
			"Nothing here. At %s port %u is shut to those who have no exemption.",
			provider(p), i->first.k.dport);
	else
		phrase_add(to, SIZE, "Nothing: this port is open at %s.", provider(p));
	add_outcome(to, i);
}

char *advise_change(char to[ADVISE_TEXT], const struct incident *i, const struct profile *p)
{
	to[0] = '\0';
	if (is_stopped(i))
		change_stopped(to, i, p);
	else
		change_allowed(to, i, p);
	return to;
}
