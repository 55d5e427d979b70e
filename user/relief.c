/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "relief.h"

#include <string.h>

#include "exemption.h"
#include "json.h"
#include "text.h"

#define SHOWN 10 /* of a kind; the others only count */
#define NS_PER_S 1000000000ULL
#define COLUMNS 80
#define WHY_AT 36 /* column of the reason */

enum kind {
	KIND_EXEMPT,
	KIND_BLOCKED,
	KIND_PAUSED,
	KIND_COUNT,
};

static enum kind kind_of(const struct exemption *e)
{
	if (e->pause)
		return KIND_PAUSED;
	return order_is_strict(&e->order) ? KIND_BLOCKED : KIND_EXEMPT;
}

const struct exemption *relief_pause(const struct exemptions *all, uint64_t now_ns)
{
	const struct exemption *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct exemption *e = &all->e[i];

		if (e->pause && exemption_state(e, now_ns) == EXEMPTION_IN_FORCE &&
			(!found || e->until_ns > found->until_ns))
			found = e;
	}
	return found;
}

char *relief_left(char to[32], const struct exemption *e, uint64_t now_ns)
{
	uint64_t s = e->until_ns > now_ns ? (e->until_ns - now_ns) / NS_PER_S : 0;
	unsigned minutes = s / 60 % 60, hours = s / 3600 % 24;
	unsigned long days = s / 86400;

	if (days)
		snprintf(to, 32, "%lu d %u h", days, hours);
	else if (hours)
		snprintf(to, 32, "%u h %u min", hours, minutes);
	else if (minutes)
		snprintf(to, 32, "%u min", minutes);
	else
		snprintf(to, 32, "%u s", (unsigned)s);
	return to;
}

/* "container shop: IP warm-up (ticket 8812)", cut to what is left of the line. */
static void put_row(const struct exemption *e, uint64_t now_ns, FILE *to)
{
	char id[8], left[32], by[9], text[512], why[COLUMNS - WHY_AT + 1];

	snprintf(id, sizeof(id), "e%u", e->id);
	text_inert(by, sizeof(by), e->by ?: "", strlen(e->by ?: ""));
	snprintf(text, sizeof(text), "%.200s: %.200s%s%.60s%s", e->selector ?: "", e->why ?: "",
		e->ticket ? " (ticket " : "", e->ticket ?: "", e->ticket ? ")" : "");
	text_inert(why, sizeof(why), text, strlen(text));
	fprintf(to, "%-11s %-13s %-9s %s\n", id, relief_left(left, e, now_ns), by, why);
}

void relief_text(const struct exemptions *all, uint64_t now_ns, FILE *to)
{
	static const char *const head[KIND_COUNT] = { "EXEMPT", "BLOCKED", "PAUSED" };
	size_t any = 0;
	char n[28];

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		size_t met = 0;

		for (size_t i = 0; i < all->n; i++) {
			const struct exemption *e = &all->e[i];

			if (exemption_state(e, now_ns) != EXEMPTION_IN_FORCE || kind_of(e) != kind)
				continue;
			if (!met)
				fprintf(to, "\n%-11s %-13s %-9s %s\n", head[kind], "LEFT", "BY",
					"WHY");
			if (met++ < SHOWN)
				put_row(e, now_ns, to);
		}
		if (met > SHOWN)
			fprintf(to, "and %s more: smtpfence list\n", text_count(n, met - SHOWN));
		any += met;
	}
	if (!any)
		fprintf(to, "\nexemptions, blocks, pauses: none\n");
}

void relief_json(const struct exemptions *all, uint64_t now_ns, struct json *j)
{
	static const char *const kinds[KIND_COUNT] = { "exemption", "block", "pause" };
	char id[8], when[32];

	for (size_t i = 0; i < all->n; i++) {
		const struct exemption *e = &all->e[i];

		if (exemption_state(e, now_ns) != EXEMPTION_IN_FORCE)
			continue;
		snprintf(id, sizeof(id), "e%u", e->id);
		json_open(j, NULL, '{');
		json_text(j, "id", id);
		json_text(j, "kind", kinds[kind_of(e)]);
		json_text(j, "who", e->selector);
		json_text(j, "by", e->by);
		json_text(j, "why", e->why);
		json_text(j, "ticket", e->ticket);
		json_text(j, "since", text_utc(when, e->since_ns));
		json_text(j, "until", text_utc(when, e->until_ns));
		json_close(j, '}');
	}
}
