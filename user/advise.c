/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to change, from where it went and what the provider leaves open. Pure. */
#include "advise.h"

#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "phrase.h"
#include "remedy.h"
#include "text.h"

#define MTA 25 /* between mail servers */
#define MTA_TOO 26 /* what some hosts offer beside 25 */
#define SIZE ADVISE_TEXT

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
	return p && profile_blocks(p, i->first.k.dport) &&
	       profile_scope(p, i->first.k.family) & 1U << i->first.k.target;
}

/* In audit: would be. */
static bool is_diverted(const struct incident *i, uint8_t verdict, uint8_t action)
{
	const struct fence_attempt *k = &i->first.k;

	return k->verdict == verdict || (k->verdict == VERDICT_AUDITED && k->action == action &&
						k->reason != REASON_NO_RELAY);
}

static bool is_redirected(const struct incident *i)
{
	return is_diverted(i, VERDICT_REDIRECTED, ACTION_REDIRECT);
}

static bool is_answered(const struct incident *i)
{
	return is_diverted(i, VERDICT_ANSWERED, ACTION_ANSWER);
}

/* It did not get, or would not get, to where it was to go. */
static bool is_stopped(const struct incident *i)
{
	return i->first.k.verdict != VERDICT_ALLOWED && !is_redirected(i);
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
	unsigned exemption = attempt_exemption(i->first.k.rule);
	char name[128];

	if (exemption)
		phrase_add(to, SIZE, "%s e%u",
			i->first.k.action >= ACTION_BLOCK ? "the emergency block" : "exemption",
			exemption);
	else if (i->rule)
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

/* Why a rule's order came to this. */
static void why_ruled(char *to, const struct incident *i)
{
	const struct fence_attempt *k = &i->first.k;
	char sent[80];

	if (k->reason == REASON_LIMIT)
		phrase_add(to, SIZE, "It is over the limit of ");
	else if (k->reason == REASON_NO_RELAY || is_redirected(i))
		phrase_add(to, SIZE, "It is sent elsewhere by ");
	else if (is_answered(i))
		phrase_add(to, SIZE, "This machine answers in the other side's place, by ");
	else
		phrase_add(to, SIZE, "It is stopped by ");
	add_rule(to, i);
	if (k->reason == REASON_LIMIT)
		phrase_add(to, SIZE, ", and stopped until the limit's window ends");
	else if (k->reason == REASON_NO_RELAY && k->action == ACTION_ANSWER)
		phrase_add(
			to, SIZE, " to be answered, and no responder runs here; so it is stopped");
	else if (k->reason == REASON_NO_RELAY)
		phrase_add(to, SIZE, ", which names no place to go by %s; so it is stopped",
			k->family == AF_INET6 ? "IPv6" : "IPv4");
	else if (is_redirected(i) && attempt_sent(sent, &i->first))
		phrase_add(to, SIZE, ", to %s", sent);
	phrase_add(to, SIZE, ".");
}

static bool is_ruled(const struct incident *i)
{
	uint8_t reason = i->first.k.reason;

	return reason == REASON_RULE || reason == REASON_EXEMPTION || reason == REASON_LIMIT ||
	       reason == REASON_NO_RELAY || is_redirected(i) || is_answered(i);
}

static void why_stopped(char *to, const struct incident *i, const struct profile *p)
{
	const char *own = own_reason(i->first.k.reason);

	if (own) {
		phrase_add(to, SIZE, "%s; the port is shut by the policy.", own);
	} else if (is_ruled(i)) {
		why_ruled(to, i);
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

	if (k->reason == REASON_RULE || k->reason == REASON_EXEMPTION) {
		phrase_add(to, SIZE, "It is allowed by ");
		add_rule(to, i);
		phrase_add(to, SIZE, ".");
	} else if (only_observes(p)) {
		phrase_add(to, SIZE,
			"Nothing was blocked: without a profile attempts are only recorded.");
	} else if (k->reason == REASON_SCOPE && !profile_scope(p, k->family)) {
		phrase_add(to, SIZE, "What is shut at %s is the way over %s; this is %s.",
			provider(p), k->family == AF_INET6 ? "IPv4" : "IPv6",
			k->family == AF_INET6 ? "IPv6" : "IPv4");
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
	if (i->first.k.verdict != VERDICT_ALLOWED)
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

static void change_stopped(char *to, const struct incident *i, const struct profile *p)
{
	bool mta = i->first.k.dport == MTA || i->first.k.dport == MTA_TOO;

	if (i->first.k.reason == REASON_LIMIT) {
		phrase_add(to, SIZE,
			"Send more slowly, or in fewer connections. If it needs more: ask who wrote the rule.");
		return;
	}
	if (shuts(p, i)) {
		if (mta)
			remedy_relay(to, SIZE, p);
		else
			remedy_submission(to, SIZE, p);
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

static void change_redirected(char *to, const struct incident *i, const struct profile *p)
{
	phrase_add(to, SIZE, "Nothing here.");
	if (shuts(p, i))
		phrase_add(to, SIZE,
			" At %s, where nothing redirects it, port %u is shut to those who have no exemption.",
			provider(p), i->first.k.dport);
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
	else if (is_redirected(i))
		change_redirected(to, i, p);
	else
		change_allowed(to, i, p);
	return to;
}
