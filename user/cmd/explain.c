/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence explain: which rule would decide, and why. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "query.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence explain [SELECTOR]... [POLICY [TENANT_POLICY]...] [--json]\n"
	"                         [--state DIR] [-v]\n"
	"\n"
	"Which rule would decide an attempt, why none before it does, and what the program would\n"
	"see: by the same decision as the kernel's. Of the fence that is up, with its exemptions,\n"
	"or of a policy file. Nothing is sent, nothing is changed.\n"
	"\n"
	"  --to ADDRESS       where to (default: some public address)\n"
	"  --port N           (default: the first port that the profile blocks, else 25)\n"
	"  --user NAME, --group NAME, --exe PATH\n"
	"  --container NAME, --unit NAME, --cgroup PATH, --image, --runtime, --label KEY=VALUE,\n"
	"  --pod, --namespace one that is here now\n"
	"What is not said is somebody whom no rule names.\n"
	"\n"
	"  --json             as one JSON object\n"
	"  --state DIR        of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v                 also say what is noted\n"
	"\n"
	"Exit status: 0 it would get out; 10 it would not; 1 it failed (nobody is like that here,\n"
	"no fence is up, ...); 2 wrong usage; 3 not permitted.\n"
	"\n"
	"  sudo smtpfence explain --container shop --to 203.0.113.9\n"
	"  sudo smtpfence explain --user www-data --exe /usr/bin/php8.2 --port 587\n"
	"  smtpfence explain --user alice ./new-policy.yaml\n";

static const struct option options[] = {
	{ "user", required_argument, NULL, 'f' },
	{ "group", required_argument, NULL, 'f' },
	{ "exe", required_argument, NULL, 'f' },
	{ "cgroup", required_argument, NULL, 'f' },
	{ "unit", required_argument, NULL, 'f' },
	{ "container", required_argument, NULL, 'f' },
	{ "image", required_argument, NULL, 'f' },
	{ "runtime", required_argument, NULL, 'f' },
	{ "pod", required_argument, NULL, 'f' },
	{ "namespace", required_argument, NULL, 'f' },
	{ "label", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 'f' },
	{ "port", required_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "state", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct query *q)
{
	int option, index = 0, level = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":vh", options, &index)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return STATUS_OK;
		}
		if (option == ':' || option == '?')
			return refuse(STATUS_USAGE, "explain: %s %s", argv[optind - 1],
				option == ':' ? "needs a value"
					      : "is no option; see smtpfence explain --help");
		if (option == 'f' && selectors_flag(&q->about, options[index].name, optarg))
			return STATUS_USAGE;
		if (option == 's')
			q->state = optarg;
		if (option == 'v')
			say_level(++level);
		q->json |= option == 'j';
	}
	q->file = argv + optind;
	return -1;
}

int cmd_explain(int argc, char **argv)
{
	struct query q = { .state = STATE_DIR };
	uint8_t verdict = 0;
	int status = parse(argc, argv, &q), err;

	if (status < 0 && !q.file[0] && geteuid())
		status = refuse(STATUS_UNABLE,
			"only root can look at the fence: sudo smtpfence explain, or name a policy file");
	if (status < 0) {
		err = query_explain(&q, stdout, &verdict);
		status = !err && verdict == VERDICT_DENIED ? STATUS_FINDINGS : status_of(err);
	}
	selectors_clear(&q.about);
	return status;
}
