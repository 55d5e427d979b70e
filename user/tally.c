/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run has seen, for people as it happens and at the end, and for programs as JSON lines. */
#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempt.h"
#include "blind.h"
#include "incident.h"
#include "line.h"
#include "plan.h"
#include "policy.h"
#include "report.h"
#include "say.h"

#define RECORDS 2

struct tally {
	struct tally_options o;
	struct incidents *incidents;
	FILE *record[RECORDS];
	size_t lines[RECORDS]; /* that should be in it */
	int record_err; /* first one */
	bool short_of_memory; /* said already */
};

static const char *rule_name(const void *arg, uint16_t rule)
{
	const struct policy *p = arg;

	return rule < p->rule_n ? p->rule[rule].name : NULL;
}

/* NULL: only observed, so no provider is spoken of. */
static const struct profile *spoken_of(const struct tally *t)
{
	return t->o.plan->profile || t->o.plan->policy ? t->o.policy->profile : NULL;
}

int tally_open(const struct tally_options *o, struct tally **out)
{
	struct tally *t = calloc(1, sizeof(*t));
	int err = t ? incident_init(&t->incidents) : -ENOMEM;

	if (t)
		t->o = *o;
	for (int i = 0; !err && i < RECORDS; i++) {
		int fd = o->record[i] < 0 ? -1 : fcntl(o->record[i], F_DUPFD_CLOEXEC, 0);

		if (fd < 0 && o->record[i] < 0)
			continue;
		t->record[i] = fd < 0 ? NULL : fdopen(fd, "w");
		if (!t->record[i])
			err = -errno;
		if (err && fd >= 0)
			(void)close(fd);
	}
	if (err) {
		tally_close(t);
		return fail(err, "prepare the record");
	}
	*out = t;
	return 0;
}

void tally_close(struct tally *t)
{
	if (!t)
		return;
	for (int i = 0; i < RECORDS; i++)
		if (t->record[i])
			(void)fclose(t->record[i]); /* tally_report() has flushed what counts */
	incident_free(t->incidents);
	free(t);
}

void tally_attempt(const struct attempt *a, void *arg)
{
	struct tally *t = arg;
	const struct incident *i;
	bool fresh = false;
	char line[256];
	int err = incident_add(t->incidents, a, t->o.policy->profile_name,
		rule_name(t->o.policy, a->k.rule), &i, &fresh);

	if (err && !t->short_of_memory) {
		t->short_of_memory = true;
		fail(err, "remember an attempt; only the counts will be right");
	}
	if (!err && fresh && !t->o.plan->quiet && !t->o.plan->json)
		say("%s", report_line(line, sizeof(line), a));
}

void tally_settled(const struct attempt *a, void *arg)
{
	struct tally *t = arg;
	const struct line_context c = { t->o.policy->profile_name, rule_name, t->o.policy };

	incident_settle(t->incidents, a);
	for (int i = 0; i < RECORDS; i++) {
		int err = 0;

		t->lines[i]++;
		if (t->record[i] && (!t->o.most[i] || t->lines[i] <= t->o.most[i]))
			err = line_json(a, &c, t->record[i]);
		if (err && !t->record_err)
			t->record_err = err;
	}
}

static int flush_records(struct tally *t)
{
	for (int i = 0; i < RECORDS; i++)
		if (t->record[i] && fflush(t->record[i]) && !t->record_err)
			t->record_err = -errno;
	for (int i = 0; i < RECORDS; i++)
		if (t->record[i] && t->o.most[i] && t->lines[i] > t->o.most[i])
			say("what `smtpfence report` will read ends after the first %zu attempts; -o FILE has no end",
				t->o.most[i]);
	return t->record_err ? fail(t->record_err, "write the record of the attempts") : 0;
}

static void tell_end(const struct tally *t, int wait_status)
{
	char name[128];

	plan_name(name, sizeof(name), t->o.plan);
	if (WIFSIGNALED(wait_status))
		(void)fprintf(t->o.out, "%s was ended by signal %d (%s)\n", name,
			WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	else if (WEXITSTATUS(wait_status))
		(void)fprintf(
			t->o.out, "%s ended with exit status %d\n", name, WEXITSTATUS(wait_status));
}

int tally_report(struct tally *t, const struct counts *counts, int wait_status)
{
	const struct blind_before before = { t->o.plan->command, t->o.socket_passed };
	struct report r = { .incidents = t->incidents,
		.profile = spoken_of(t),
		.counts = counts,
		.audit = !t->o.policy->enforce,
		.verbose = t->o.plan->verbose };
	int record_err = flush_records(t);
	char **lines = NULL;
	int err = blind_lines(&before, t->incidents, &lines, &r.blind_n);

	r.blind = lines;
	if (!err)
		err = t->o.plan->json ? report_json(&r, t->o.out) : report_text(&r, t->o.out);
	if (err)
		fail(err, "write the report");
	else if (!t->o.plan->json)
		tell_end(t, wait_status);
	(void)fflush(t->o.out); /* a terminal that is gone */
	for (size_t i = 0; lines && i < r.blind_n; i++)
		free(lines[i]);
	free(lines);
	return err ? err : record_err;
}
