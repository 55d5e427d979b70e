/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One exemption as people and programs read it. */
#include "slip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exemption.h"
#include "json.h"
#include "phrase.h"
#include "text.h"

#define COLUMNS 80
#define WHAT_AT 30 /* column where the last one begins */
#define SECOND_NS 1000000000ULL
#define WHAT_ROOM 1024

char *slip_span(char to[32], uint64_t seconds)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (!minutes)
		snprintf(to, 32, "%" PRIu64 " s", seconds);
	else if (!hours)
		snprintf(to, 32, "%" PRIu64 " min", minutes);
	else if (!days)
		snprintf(to, 32, minutes % 60 ? "%" PRIu64 " h %" PRIu64 " min" : "%" PRIu64 " h",
			hours, minutes % 60);
	else
		snprintf(to, 32, hours % 24 ? "%" PRIu64 " d %" PRIu64 " h" : "%" PRIu64 " d", days,
			hours % 24);
	return to;
}

static char *order_text(const struct exemption *e)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	order_print(f, &e->order);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

char *slip_what(char *to, size_t size, const struct exemption *e)
{
	char *order = e->pause ? NULL : order_text(e);

	*to = '\0';
	phrase_add(to, size, "%s", e->pause ? "pause" : order ? order : "?");
	if (!e->pause) {
		phrase_add(to, size, " ");
		phrase_add_inert(to, size, e->selector, strlen(e->selector));
	}
	free(order);
	return to;
}

static const char *left(char to[32], const struct exemption *e, uint64_t now_ns)
{
	switch (exemption_state(e, now_ns)) {
	case EXEMPTION_EXPIRED:
		return "expired";
	case EXEMPTION_REVOKED:
		return "revoked";
	default:
		return slip_span(to, (e->until_ns - now_ns) / SECOND_NS);
	}
}

/* Characters that fit into `most` columns, cut behind a blank where there is one; in bytes. */
static size_t fitting(const char *s, size_t most)
{
	size_t at = 0, blank = 0, length = strlen(s), n;

	for (size_t column = 0; at < length && column < most; column++) {
		n = text_utf8(s + at, length - at);
		at += n ? n : 1;
		if (s[at] == ' ')
			blank = at + 1;
	}
	return at < length && blank ? blank : at;
}

void slip_line(FILE *to, const struct exemption *e, uint64_t now_ns)
{
	char what[WHAT_ROOM], by[64], id[16], span[32];
	const char *s = what;

	if (!e) {
		fprintf(to, "%-6s %-11s %-10s %s\n", "ID", "LEFT", "BY", "WHAT AND WHY");
		return;
	}
	slip_what(what, sizeof(what), e);
	phrase_add(what, sizeof(what), ": ");
	phrase_add_inert(what, sizeof(what), e->why, strlen(e->why));
	if (e->ticket) {
		phrase_add(what, sizeof(what), " (ticket ");
		phrase_add_inert(what, sizeof(what), e->ticket, strlen(e->ticket));
		phrase_add(what, sizeof(what), ")");
	}
	snprintf(id, sizeof(id), "e%u", e->id);
	fprintf(to, "%-6s %-11s %-10s ", id, left(span, e, now_ns),
		text_inert(by, sizeof(by), e->by, strlen(e->by)));
	for (size_t n; *s; s += n) {
		n = fitting(s, COLUMNS - WHAT_AT);
		fprintf(to, "%*s%.*s\n", s == what ? 0 : WHAT_AT, "", (int)(n - (s[n - 1] == ' ')),
			s);
	}
}

static const char *state_name(const struct exemption *e, uint64_t now_ns)
{
	static const char *const name[] = { "in force", "expired", "revoked" };

	return name[exemption_state(e, now_ns)];
}

void slip_json(struct json *j, const char *key, const struct exemption *e, uint64_t now_ns)
{
	char *order = order_text(e);
	char id[16], time[32];

	snprintf(id, sizeof(id), "e%u", e->id);
	json_open(j, key, '{');
	json_text(j, "id", id);
	json_text(j, "state", state_name(e, now_ns));
	json_text(j, "order", order);
	json_bool(j, "pause", e->pause);
	json_bool(j, "host", selectors_empty(&e->who));
	json_text(j, "selector", e->selector);
	json_text(j, "by", e->by);
	json_text(j, "reason", e->why);
	json_text(j, "ticket", e->ticket);
	json_text(j, "since", text_utc(time, e->since_ns));
	json_text(j, "until", text_utc(time, e->until_ns));
	if (e->revoked_ns)
		json_text(j, "revoked", text_utc(time, e->revoked_ns));
	if (exemption_state(e, now_ns) == EXEMPTION_IN_FORCE)
		json_number(j, "left_s", (e->until_ns - now_ns) / SECOND_NS);
	json_close(j, '}');
	free(order);
}
