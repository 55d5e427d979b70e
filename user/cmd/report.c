/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence report: what was tried in the run just made, or in a file of events. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/verbs.h"
#include "invoker.h"
#include "last.h"
#include "ledger.h"
#include "report.h"
#include "say.h"

static const char help[] =
	"usage: smtpfence report [-v] [--json] [FILE]\n"
	"\n"
	"Tells what the last `smtpfence run` saw: who tried, to where, what happened, what to change.\n"
	"FILE holds events, a JSON line each, as `run -o FILE` writes them; - is stdin.\n"
	"\n"
	"  -v, --verbose  also verdict, hook, reason, errno, ids and cgroup\n"
	"      --json     one JSON object instead\n"
	"\n"
	"Exit status: 0 done, 1 there is no record or part of it cannot be read, 2 wrong usage.\n"
	"\n"
	"  smtpfence report\n"
	"  smtpfence run -o mail.jsonl ./app && smtpfence report mail.jsonl\n"
	"  smtpfence report --json | jq '.incidents[].change'\n";

struct request {
	const char *path; /* NULL: the last run's */
	bool json;
	bool verbose;
	bool help;
};

static int show(const struct ledger *l, const struct request *q)
{
	static char *const blind[] = { "what ran outside the command: mail handed to a local mail "
				       "server, to docker or to systemd" };
	struct report report = { .incidents = l->incidents,
		.blind = blind,
		.blind_n = 1,
		.audit = !l->enforced && incident_count(l->incidents),
		.verbose = q->verbose };
	struct profile *p = NULL;
	int err, profile_err = l->profile ? profile_open(l->profile, &p) : 0;

	report.profile = p;
	err = q->json ? report_json(&report, stdout) : report_text(&report, stdout);
	if (!err && fflush(stdout))
		err = -errno;
	if (err)
		fail(err, "write the report");
	profile_free(p);
	return err ? err : profile_err;
}

/* Closes it. */
static int report_on(FILE *from, const char *name, const struct request *q)
{
	struct ledger l = { 0 };
	int err = ledger_read(from, name, &l);

	if (!err)
		err = show(&l, q);
	if (l.bad)
		err = -EINVAL; /* said line by line */
	ledger_clear(&l);
	(void)fclose(from); /* only read */
	return err ? STATUS_FAILED : STATUS_OK;
}

/* With the rights of the user whose record it is. */
static int report_last(const struct request *q)
{
	struct invoker who = { 0 };
	int err = invoker_find(&who), status = STATUS_FAILED;
	char *path = NULL;
	FILE *from = NULL;

	if (err)
		return STATUS_FAILED;
	err = last_path(&who, &path);
	if (!err)
		err = invoker_enter(&who);
	if (!err) {
		from = fopen(path, "re");
		err = from ? 0 : -errno;
		invoker_leave(&who);
	}
	if (from)
		status = report_on(from, path, q);
	else if (err == -ENOENT)
		refuse(err, "no run has been recorded yet; try: smtpfence run COMMAND");
	else
		fail(err, "open %s", path ? path : "the last run's record");
	free(path);
	invoker_free(&who);
	return status;
}

static int report_file(const struct request *q)
{
	bool piped = !strcmp(q->path, "-");
	FILE *from = piped ? stdin : fopen(q->path, "re");

	if (from)
		return report_on(from, piped ? "stdin" : q->path, q);
	fail(-errno, "open %s", q->path);
	return STATUS_FAILED;
}

static int parse(int argc, char **argv, struct request *q)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		if (option == '?')
			return refuse(-EINVAL, "%s is no option; see smtpfence report --help",
				argv[optind - 1]);
		q->json |= option == 'j';
		q->verbose |= option == 'v';
		q->help |= option == 'h';
	}
	if (argc - optind > 1)
		return refuse(-EINVAL, "report reads one file; see smtpfence report --help");
	q->path = argv[optind];
	return 0;
}

int cmd_report(int argc, char **argv)
{
	struct request q = { 0 };

	if (parse(argc, argv, &q))
		return STATUS_USAGE;
	if (q.help)
		return fputs(help, stdout) == EOF ? STATUS_FAILED : STATUS_OK;
	return q.path ? report_file(&q) : report_last(&q);
}
