/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Incidents as people read them (SCREENS.md) and as JSON. */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "account.h"
#include "advise.h"
#include "json.h"
#include "phrase.h"
#include "text.h"
#include "wrap.h"

#define IN_FULL 8 /* incidents told in full; then a line each */
#define LINES 100 /* such lines at most */
#define ROOM 1024
#define COLUMNS 80

/* Blocked first: that is what a person came for. */
static const uint8_t order[] = { VERDICT_DENIED, VERDICT_AUDITED, VERDICT_REDIRECTED,
	VERDICT_ANSWERED, VERDICT_ALLOWED };
_Static_assert(sizeof(order) == VERDICT_COUNT, "each has its place");

char *report_line(char *to, size_t size, const struct attempt *a)
{
	char who[80], target[80], sent[80];
	bool elsewhere = a->k.verdict == VERDICT_REDIRECTED && attempt_sent(sent, a);

	snprintf(to, size, "%s tried %s: %s%s%s", attempt_who(who, sizeof(who), a),
		attempt_to(target, a), attempt_result(a), elsewhere ? ", sent to " : "",
		elsewhere ? sent : "");
	return to;
}

/* The profile that judged an incident, as far as it is known. */
static const struct profile *profile_of(const struct report *r, const struct incident *i)
{
	if (r->profile && i->profile && strcmp(r->profile->name, i->profile))
		return NULL;
	return r->profile;
}

static uint64_t shown(const struct report *r, int verdict)
{
	uint64_t n = 0;

	for (size_t i = 0; i < incident_count(r->incidents); i++) {
		const struct incident *each = incident_at(r->incidents, i);

		if (verdict < 0 || each->first.k.verdict == verdict)
			n += each->count;
	}
	return n;
}

/* The one word for all incidents of a verdict: in audit they may differ. */
static const char *result_of(const struct report *r, uint8_t verdict)
{
	const struct attempt bare = { .k = { .verdict = verdict } };
	const char *word = NULL;

	for (size_t i = 0; i < incident_count(r->incidents); i++) {
		const struct attempt *first = &incident_at(r->incidents, i)->first;

		if (first->k.verdict != verdict)
			continue;
		if (word && strcmp(word, attempt_result(first)) != 0)
			return "would be blocked or diverted";
		word = attempt_result(first);
	}
	return word ? word : attempt_result(&bare);
}

static void put_head(const struct report *r, FILE *to)
{
	uint64_t all = r->counts ? counts_attempts(r->counts) : shown(r, -1);
	char text[ROOM] = "smtpfence: ", count[28];
	size_t column;

	if (!all) {
		fputs("smtpfence: no attempt to send mail was seen\n", to);
		return;
	}
	phrase_add_count(text, sizeof(text), all, "attempt");
	phrase_add(text, sizeof(text), " to send mail");
	column = strlen(text);
	fputs(text, to);
	for (size_t i = 0; i < sizeof(order); i++) {
		uint64_t n = r->counts ? counts_verdict(r->counts, order[i]) : shown(r, order[i]);

		if (!n)
			continue;
		text[0] = '\0';
		phrase_add(
			text, sizeof(text), "%s %s", text_count(count, n), result_of(r, order[i]));
		column += strlen(", ,") + strlen(text);
		fprintf(to, column > COLUMNS ? ",\n           %s" : ", %s", text);
		column = column > COLUMNS ? strlen("smtpfence: ") + strlen(text) : column - 1;
	}
	fputc('\n', to);
}

/* The words of the machine. */
static void put_details(const struct incident *i, FILE *to)
{
	const struct fence_attempt *k = &i->first.k;
	char text[ROOM] = "", sent[80];

	phrase_add(text, sizeof(text), "verdict %s, hook %s, reason %s, ",
		attempt_verdict_name(k->verdict), attempt_hook_name(k->hook),
		attempt_reason_name(k->reason));
	if (attempt_exemption(k->rule))
		phrase_add(text, sizeof(text), "exemption e%u, ", attempt_exemption(k->rule));
	if (attempt_sent(sent, &i->first))
		phrase_add(text, sizeof(text), "sent to %s, ", sent);
	phrase_add(text, sizeof(text), "errno %s, policy %016" PRIx64 ", id %" PRIu64,
		k->err ? strerrorname_np(k->err) : "none", (uint64_t)k->policy, (uint64_t)k->id);
	wrap_labelled(to, "detail", text);
	text[0] = '\0';
	if (i->first.cgroup)
		phrase_add_inert(text, sizeof(text) - 32, i->first.cgroup, strlen(i->first.cgroup));
	else
		phrase_add(text, sizeof(text), "its path is not known");
	phrase_add(text, sizeof(text), " (%" PRIu64 ")", (uint64_t)k->cgroup);
	wrap_labelled(to, "cgroup", text);
}

static bool would_be_blocked(const struct attempt *a)
{
	return a->k.verdict == VERDICT_AUDITED && !strcmp(attempt_result(a), "would be blocked");
}

static void put_incident(const struct report *r, const struct incident *i, FILE *to)
{
	const struct profile *p = profile_of(r, i);
	uint8_t verdict = i->first.k.verdict;
	bool blocks = verdict == VERDICT_DENIED || would_be_blocked(&i->first);
	char said[ACCOUNT_TEXT], advice[ADVISE_TEXT], sent[80];

	fputc('\n', to);
	wrap_labelled(to, attempt_result(&i->first), account_name(said, i));
	wrap_labelled(to, "why", advise_why(advice, i, p));
	wrap_labelled(to, "who", account_who(said, i));
	wrap_labelled(to, "to", advise_to(advice, i, p));
	if (verdict == VERDICT_REDIRECTED && attempt_sent(sent, &i->first))
		wrap_labelled(to, "sent to", sent);
	wrap_labelled(to, "when", account_when(said, i));
	if (verdict == VERDICT_DENIED)
		wrap_labelled(to, "saw", account_saw(said, i, p));
	else
		wrap_labelled(to, "outcome", account_outcome(said, i));
	if (r->verbose)
		put_details(i, to);
	fputc('\n', to);
	wrap_labelled(to, "change", advise_change(advice, i, p));
	if (blocks && p && p->exemption && profile_blocks(p, i->first.k.dport))
		wrap_labelled(to, "unblock", p->exemption);
}

static void put_short(const struct incident *i, FILE *to)
{
	char text[ACCOUNT_TEXT];

	account_name(text, i);
	phrase_add(text, sizeof(text), ": ");
	phrase_add_count(text, sizeof(text), i->count, "time");
	wrap_labelled(to, attempt_result(&i->first), text);
}

static void put_incidents(const struct report *r, FILE *to)
{
	size_t told = 0, n = incident_count(r->incidents);
	char count[64];

	for (size_t v = 0; v < sizeof(order); v++) {
		for (size_t i = 0; i < n; i++) {
			const struct incident *each = incident_at(r->incidents, i);

			if (each->first.k.verdict != order[v])
				continue;
			if (told < IN_FULL)
				put_incident(r, each, to);
			else if (told < IN_FULL + LINES)
				put_short(each, to);
			if (++told == IN_FULL && n > IN_FULL)
				fputc('\n', to);
		}
	}
	if (told > IN_FULL + LINES)
		fprintf(to, "  and %s more, all of them with --json\n",
			text_count(count, told - IN_FULL - LINES));
}

static void put_source(const struct report *r, FILE *to)
{
	const struct profile *p = r->profile;
	char text[ROOM] = "";

	if (p && p->blocked_n)
		phrase_add(text, sizeof(text), "profile %s, checked %s, confidence %c%s", p->name,
			p->as_of ? p->as_of : "at an unknown time", p->confidence,
			r->audit ? "; in audit: nothing was blocked" : "");
	else
		phrase_add(text, sizeof(text), "%s",
			r->audit ? "no profile: nothing was blocked, only recorded"
				 : "no profile is known");
	wrap_labelled(to, "source", text);
	if (r->verbose && p && p->source)
		wrap_labelled(to, "", p->source);
}

static void put_counted(const struct report *r, FILE *to)
{
	char text[ROOM] = "", count[28];

	phrase_add_count(text, sizeof(text), counts_attempts(r->counts), "attempt");
	phrase_add(text, sizeof(text), " = %s shown", text_count(count, shown(r, -1)));
	phrase_add(text, sizeof(text), " + %s summarised",
		text_count(count, r->counts->slot[SLOT_SUMMARISED]));
	phrase_add(text, sizeof(text), " + %s lost", text_count(count, r->counts->slot[SLOT_LOST]));
	if (r->counts->unread)
		phrase_add(
			text, sizeof(text), " + %s not read", text_count(count, r->counts->unread));
	wrap_labelled(to, "counted", text);
}

int report_text(const struct report *r, FILE *to)
{
	put_head(r, to);
	put_incidents(r, to);
	fputc('\n', to);
	put_source(r, to);
	for (size_t i = 0; i < r->blind_n; i++)
		wrap_labelled(to, i ? "" : "blind to", r->blind[i]);
	if (r->counts)
		put_counted(r, to);
	return fflush(to) ? -errno : ferror(to) ? -EIO : 0;
}

static void put_json_when(struct json *j, const char *key, uint64_t wall_ns)
{
	char when[32];

	json_text(j, key, text_utc(when, wall_ns));
}

static void put_json_incident(const struct report *r, const struct incident *i, struct json *j)
{
	const struct profile *p = profile_of(r, i);
	char text[ADVISE_TEXT], id[16];

	snprintf(id, sizeof(id), "i%u", i->id);
	json_open(j, NULL, '{');
	json_text(j, "id", id);
	json_text(j, "verdict", attempt_verdict_name(i->first.k.verdict));
	json_number(j, "count", i->count);
	put_json_when(j, "first", i->first_ns);
	put_json_when(j, "last", i->last_ns);
	json_text(j, "who", attempt_who(text, sizeof(text), &i->first));
	if (i->first.k.tgid)
		json_number(j, "pid", i->first.k.tgid);
	json_number(j, "processes", i->processes);
	json_number(j, "targets", i->targets);
	if (i->many_seen)
		json_bool(j, "at_least", true);
	if (i->others)
		json_bool(j, "others", true);
	json_number(j, "port", i->first.k.dport);
	json_text(j, "target", attempt_to(text, &i->first));
	json_text(j, "reason", attempt_reason_name(i->first.k.reason));
	json_text(j, "rule", i->rule);
	if (attempt_exemption(i->first.k.rule)) {
		snprintf(id, sizeof(id), "e%u", attempt_exemption(i->first.k.rule));
		json_text(j, "exemption", id);
	}
	json_text(j, "sent_to", attempt_sent(text, &i->first));
	json_text(j, "profile", i->profile);
	json_open(j, "outcomes", '{');
	for (uint8_t o = 0; o < OUTCOME_COUNT; o++)
		if (i->outcomes[o])
			json_number(j, attempt_outcome_name(o), i->outcomes[o]);
	json_close(j, '}');
	json_text(j, "why", advise_why(text, i, p));
	json_text(j, "to", advise_to(text, i, p));
	json_text(j, "change", advise_change(text, i, p));
	json_close(j, '}');
}

int report_json(const struct report *r, FILE *to)
{
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_number(&j, "schema", 1);
	json_number(&j, "attempts", r->counts ? counts_attempts(r->counts) : shown(r, -1));
	for (size_t i = 0; i < sizeof(order); i++)
		json_number(&j, attempt_verdict_name(order[i]),
			r->counts ? counts_verdict(r->counts, order[i]) : shown(r, order[i]));
	json_text(&j, "mode", r->audit ? "audit" : "enforce");
	json_text(&j, "profile", r->profile ? r->profile->name : NULL);
	json_open(&j, "incidents", '[');
	for (size_t i = 0; i < incident_count(r->incidents); i++)
		put_json_incident(r, incident_at(r->incidents, i), &j);
	json_close(&j, ']');
	json_open(&j, "blind_to", '[');
	for (size_t i = 0; i < r->blind_n; i++)
		json_text(&j, NULL, r->blind[i]);
	json_close(&j, ']');
	if (r->counts) {
		json_open(&j, "counted", '{');
		json_number(&j, "shown", shown(r, -1));
		counts_json(r->counts, &j);
		json_close(&j, '}');
	}
	json_close(&j, '}');
	return fflush(to) ? -errno : ferror(to) ? -EIO : 0;
}
