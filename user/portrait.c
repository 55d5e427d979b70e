/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One profile for people: a line of a list, or a page. */
#include "portrait.h"

#include <string.h>

#include "address.h"
#include "bpf/fence.h"
#include "phrase.h"
#include "profile.h"
#include "wrap.h"

/* "25, 465"; the longest list, of 16 ports, has 110 bytes. */
static char *ports(char to[128], const uint16_t *port, unsigned n)
{
	to[0] = 0;
	for (unsigned i = 0; i < n; i++)
		phrase_add(to, 128, "%s%u", i ? ", " : "", port[i]);
	return to;
}

static char *blocks(char to[160], const struct profile *p)
{
	char list[128];

	to[0] = 0;
	if (p->blocked_n)
		phrase_add(to, 160, "%s", ports(list, p->blocked, p->blocked_n));
	else
		phrase_add(to, 160, "nothing%s%s%s", p->slowed_n ? " (slows " : "",
			ports(list, p->slowed, p->slowed_n), p->slowed_n ? ")" : "");
	return to;
}

#define ROW "%-16s %-22s %-27s %-7.7s %s\n"

void portrait_line(FILE *to, const struct profile *p)
{
	char text[160], confidence[2] = "";

	if (!p) {
		fprintf(to, ROW, "PROFILE", "BLOCKS", "PROVIDER", "CHECKED", "SURE");
		return;
	}
	confidence[0] = p->confidence;
	fprintf(to, ROW, p->name, blocks(text, p), p->provider, p->as_of ? p->as_of : "unknown",
		confidence);
}

static void put_text(FILE *to, const char *label, const char *text)
{
	if (text)
		wrap_labelled(to, label, text);
}

/* What is not known is said, and what is taken instead. */
static void put_known(FILE *to, const struct profile *p, enum provider_key key, const char *label,
	const char *text)
{
	char said[512] = "not known";

	if (profile_unknown(p, key) && text)
		phrase_add(said, sizeof(said), "; taken: %s", text);
	put_text(to, label, profile_unknown(p, key) ? said : text);
}

/* "public, private addresses" */
static void put_scope(FILE *to, const struct profile *p)
{
	char text[256] = "";

	for (int i = 0, n = 0; i < CLASS_COUNT; i++)
		if (p->scope >> i & 1)
			phrase_add(
				text, sizeof(text), "%s%s", n++ ? ", " : "", address_class_name(i));
	phrase_add(text, sizeof(text), " addresses%s",
		p->outside ? ", but not to your own networks: name those in a rule that allows them"
			   : "");
	put_known(to, p, KEY_SCOPE, "to", text);
}

static void put_family(FILE *to, const struct profile *p)
{
	static const char *const said[FAMILY_COUNT] = { "IPv4 and IPv6", "IPv4", "IPv6" };

	put_known(to, p, KEY_FAMILY, "over", said[p->family]);
}

static void put_looks(FILE *to, const struct profile *p)
{
	char text[128] = "";

	phrase_add(text, sizeof(text), "%s", strerror(p->err));
	if (p->after_s)
		phrase_add(text, sizeof(text), ", after about %u s", p->after_s);
	put_known(to, p, KEY_EFFECT, "looks", text);
}

static void put_hints(FILE *to, const struct profile *p)
{
	char text[256] = "";

	for (unsigned i = 0; i < p->hint_n; i++)
		phrase_add(text, sizeof(text), "%s%s", i ? ", or " : "",
			!strcmp(p->hint[i], "api")     ? "an HTTPS API (443)"
			: !strcmp(p->hint[i], "relay") ? "the provider's relay"
						       : p->hint[i]);
	put_known(to, p, KEY_INSTEAD, "use", p->hint_n ? text : NULL);
	put_text(to, "relay", p->relay);
}

static void put_aliases(FILE *to, const struct profile *p)
{
	char text[512] = "";

	for (size_t i = 0; i < p->alias_n; i++)
		phrase_add(text, sizeof(text), "%s%s", i ? ", " : "", p->alias[i]);
	put_text(to, "also", p->alias_n ? text : NULL);
}

static void put_source(FILE *to, const struct profile *p)
{
	char text[64] = "";

	/* an address must not be broken */
	if (p->source && !strchr(p->source, ' '))
		fprintf(to, "  %-10s%s\n", "source", p->source);
	else
		put_known(to, p, KEY_SOURCE, "source", p->source);
	phrase_add(text, sizeof(text), "%s, confidence %c", p->as_of ? p->as_of : "not known",
		p->confidence);
	put_text(to, "checked", text);
}

void portrait_page(FILE *to, const struct profile *p)
{
	char text[160], said[200] = "";

	fprintf(to, "%s: %s\n\n", p->name, p->provider);
	put_aliases(to, p);
	phrase_add(said, sizeof(said), "%s%s",
		p->blocked_n > 1 ? "ports "
		: p->blocked_n   ? "port "
				 : "",
		blocks(text, p));
	put_text(to, "blocks", said);
	if (p->blocked_n) {
		put_scope(to, p);
		put_family(to, p);
		put_looks(to, p);
	}
	if (p->effect == EFFECT_RATE)
		put_known(to, p, KEY_RATE, "slows", p->rate);
	put_known(to, p, KEY_WHO, "who", p->who);
	put_hints(to, p);
	put_text(to, "note", p->hint_note);
	put_known(to, p, KEY_EXEMPTION, "lifted", p->exemption);
	put_source(to, p);
}
