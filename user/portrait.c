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
static char *ports(char to[128], const struct profile *p)
{
	to[0] = 0;
	for (unsigned i = 0; i < p->blocked_n; i++)
		phrase_add(to, 128, "%s%u", i ? ", " : "", p->blocked[i]);
	return p->blocked_n ? to : strcpy(to, "nothing");
}

#define ROW "%-16s %-22s %-27s %-7.7s %s\n"

void portrait_line(FILE *to, const struct profile *p)
{
	char text[128], confidence[2] = "";

	if (!p) {
		fprintf(to, ROW, "PROFILE", "BLOCKS", "PROVIDER", "CHECKED", "SURE");
		return;
	}
	confidence[0] = p->confidence;
	fprintf(to, ROW, p->name, ports(text, p), p->provider, p->as_of ? p->as_of : "unknown",
		confidence);
}

static void put_text(FILE *to, const char *label, const char *text)
{
	if (text)
		wrap_labelled(to, label, text);
}

/* "ports 25, 465 to public addresses" */
static void put_blocks(FILE *to, const struct profile *p)
{
	char list[128], text[256] = "";

	phrase_add(text, sizeof(text),
		p->blocked_n > 1 ? "ports %s"
		: p->blocked_n   ? "port %s"
				 : "%s",
		ports(list, p));
	for (int i = 0, n = 0; p->blocked_n && i < CLASS_COUNT; i++)
		if (p->scope >> i & 1)
			phrase_add(text, sizeof(text), "%s %s", n++ ? "," : " to",
				address_class_name(i));
	phrase_add(text, sizeof(text), p->blocked_n ? " addresses" : "");
	put_text(to, "blocks", text);
}

static void put_hints(FILE *to, const struct profile *p)
{
	char text[128] = "";

	for (unsigned i = 0; i < p->hint_n; i++)
		phrase_add(text, sizeof(text), "%s%s", i ? ", or " : "",
			strcmp(p->hint[i], "api") ? p->hint[i] : "an HTTPS API (443)");
	put_text(to, "use", p->hint_n ? text : NULL);
}

void portrait_page(FILE *to, const struct profile *p)
{
	char text[128] = "", checked[64];

	fprintf(to, "%s: %s\n\n", p->name, p->provider);
	put_blocks(to, p);
	if (p->err)
		phrase_add(text, sizeof(text), "%s", strerror(p->err));
	if (p->after_s)
		phrase_add(text, sizeof(text), ", after about %u s", p->after_s);
	put_text(to, "looks", p->err ? text : NULL);
	put_hints(to, p);
	put_text(to, "note", p->hint_note);
	put_text(to, "lifted", p->exemption);
	/* an address must not be broken */
	if (p->source && !strchr(p->source, ' '))
		fprintf(to, "  %-10s%s\n", "source", p->source);
	else
		put_text(to, "source", p->source);
	snprintf(checked, sizeof(checked), "%s, confidence %c", p->as_of ? p->as_of : "unknown",
		p->confidence);
	put_text(to, "checked", checked);
}
