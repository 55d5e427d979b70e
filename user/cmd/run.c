/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence run: one command under a policy in its own cgroup, then the report. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/verbs.h"
#include "front.h"
#include "helper.h"
#include "invoker.h"
#include "plan.h"
#include "say.h"

static const char help[] =
	"usage: smtpfence run [OPTION]... COMMAND [ARGUMENT]...\n"
	"\n"
	"Runs COMMAND in a cgroup of its own with a fence around it, as the user who asked, and reports\n"
	"on stderr what it tried: who, to where, what happened, what to change. Without a profile or\n"
	"policy it only observes.\n"
	"\n"
	"  --profile P    block what provider P blocks (`smtpfence profiles`); `here`: recognise it\n"
	"  --policy FILE  judge by this policy\n"
	"  --as provider  be as silent as the provider; otherwise a blocked connect fails at once\n"
	"  --exit-code    exit 10 when COMMAND succeeded and there were attempts\n"
	"  -o FILE        write the attempts as JSON lines\n"
	"  -q             no line at an incident's first attempt\n"
	"  -v             more; twice: libbpf's messages too\n"
	"  --json         the report as one JSON object, on stderr\n"
	"\n"
	"Needs root for the fence alone and asks sudo for it. Options end at the first other word.\n"
	"Exit status: COMMAND's; 125 run failed, 126 not executable, 127 not found; 2 wrong usage,\n"
	"3 not permitted here.\n"
	"\n"
	"  smtpfence run --profile gcp ./app\n"
	"  smtpfence run --profile here --as provider python3 send.py\n"
	"  smtpfence run --exit-code -q -o attempts.jsonl make test\n";

enum { OPT_PROFILE = 256, OPT_POLICY, OPT_AS, OPT_EXIT_CODE, OPT_JSON, OPT_HELPER, OPT_HELP };

static const struct option options[] = {
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "as", required_argument, NULL, OPT_AS },
	{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "helper", required_argument, NULL, OPT_HELPER },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct request {
	struct plan plan;
	const char *helper; /* we are the root side: whom to serve */
	bool help;
};

static int set(struct request *r, int option)
{
	switch (option) {
	case OPT_PROFILE:
		r->plan.profile = optarg;
		return 0;
	case OPT_POLICY:
		r->plan.policy = optarg;
		return 0;
	case OPT_AS:
		r->plan.as_provider = true;
		if (strcmp(optarg, "provider"))
			return refuse(-EINVAL, "--as %s: only `--as provider` is known", optarg);
		return 0;
	case OPT_EXIT_CODE:
		r->plan.exit_code = true;
		return 0;
	case OPT_JSON:
		r->plan.json = true;
		return 0;
	case OPT_HELPER:
		r->helper = optarg;
		return 0;
	case OPT_HELP:
		r->help = true;
		return 0;
	case 'o':
		r->plan.output = optarg;
		return 0;
	case 'q':
		r->plan.quiet = true;
		return 0;
	default:
		r->plan.verbose++; /* -v, the last one */
		return 0;
	}
}

static int parse(int argc, char **argv, struct request *r)
{
	int option, err = 0;

	opterr = 0;
	while (!err && (option = getopt_long(argc, argv, "+:o:qv", options, NULL)) != -1) {
		const char *word = argv[optind - 1];

		err = option == ':'   ? refuse(-EINVAL, "%s needs a value", word)
		      : option == '?' ? refuse(-EINVAL, "unknown option: %s", word)
				      : set(r, option);
	}
	if (err || r->help)
		return err;
	r->plan.command = argv + optind;
	if (optind == argc || !argv[optind][0])
		return refuse(-EINVAL, "run what? name a command");
	if (r->plan.profile && r->plan.policy)
		return refuse(
			-EINVAL, "--profile or --policy, not both: a policy names its profile");
	if (r->plan.as_provider && !r->plan.profile && !r->plan.policy)
		return refuse(-EINVAL, "--as provider: which one? name it with --profile");
	return 0;
}

int cmd_run(int argc, char **argv)
{
	struct request r = { 0 };
	struct invoker who;
	int status;

	if (parse(argc, argv, &r)) {
		hint("smtpfence run --help");
		return STATUS_USAGE;
	}
	if (r.help)
		return fputs(help, stdout) < 0 ? STATUS_FAILED : STATUS_OK;
	say_level((int)r.plan.verbose);
	if (invoker_find(&who))
		return PLAN_FAILED;
	if (r.helper)
		status = helper_serve(r.helper, &r.plan, &who) ? STATUS_FAILED : STATUS_OK;
	else
		status = front_run(&r.plan, &who, argv);
	invoker_free(&who);
	return status;
}
