/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "remedy.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "phrase.h"
#include "profile.h"

#define STARTTLS 587
#define IMPLICIT_TLS 465
#define SPARE 2525 /* of many mail services, for networks that shut the others */

/* Ports that a program may be told to use under a profile. */
struct ways {
	bool starttls;
	bool implicit;
	bool spare;
};

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

/* Submission under this profile: "port 587 with STARTTLS and a login, or ...". */
static void add_submission(char *to, size_t size, const struct ways *w, const struct profile *p)
{
	if (w->starttls)
		phrase_add(to, size, "port 587 with STARTTLS and a login");
	if (w->implicit)
		phrase_add(to, size, "%sport 465 with implicit TLS and a login",
			w->starttls ? ", or " : "");
	if (w->starttls || w->implicit)
		return;
	if (w->spare)
		phrase_add(to, size, "its port 2525 with STARTTLS and a login%s, or ",
			p->hint_note ? "" : ", if it has one (try it first)");
	phrase_add(to, size, "its HTTPS API (443)");
}

/* "At Hetzner Cloud 465 is shut too." and, when no submission port is open, that they won't help. */
static void add_shut(char *to, size_t size, const struct ways *w, const struct profile *p)
{
	static const uint16_t others[] = { STARTTLS, IMPLICIT_TLS, SPARE };
	unsigned n = 0, said = 0;

	for (unsigned i = 0; i < 3; i++)
		n += profile_blocks(p, others[i]);
	if (!n)
		return;
	phrase_add(to, size, "At %s", p->provider ? p->provider : p->name);
	for (unsigned i = 0; i < 3; i++)
		if (profile_blocks(p, others[i]) && ++said)
			phrase_add(to, size, "%s%u",
				said == 1   ? " "
				: said == n ? " and "
					    : ", ",
				others[i]);
	phrase_add(to, size, n == 1 ? " is shut too" : " are shut too");
	if (w->starttls || w->implicit)
		phrase_add(to, size, ".\n");
	else
		phrase_add(to, size, ", so changing to %s won't help.\n", n == 1 ? "it" : "them");
}

void remedy_relay(char *to, size_t size, const struct profile *p)
{
	struct ways w = ways_of(p);

	add_shut(to, size, &w, p);
	phrase_add(to, size, "If this is your mail service (relay): use ");
	add_submission(to, size, &w, p);
	phrase_add(to, size, ".");
	if (p->relay && offers(p, "relay", 0))
		phrase_add(to, size, " Or go by way of %s.", p->relay);
	if (p->hint_note)
		phrase_add(to, size, " %s", p->hint_note);
	phrase_add(
		to, size, "\nIf it is a recipient's mail server: no other port will work there; ");
	phrase_add(to, size, "hand the mail to a mail service (relay) instead.");
}

void remedy_submission(char *to, size_t size, const struct profile *p)
{
	struct ways w = ways_of(p);

	if (w.starttls || w.implicit)
		phrase_add(to, size, "The same mail service and login, on ");
	else
		phrase_add(to, size, "If your mail service has it: ");
	if (w.starttls)
		phrase_add(to, size, "port 587 with STARTTLS");
	else if (w.implicit)
		phrase_add(to, size, "port 465 with implicit TLS");
	else
		add_submission(to, size, &w, p);
	phrase_add(to, size, ".");
	if (p->hint_note)
		phrase_add(to, size, " %s", p->hint_note);
}
