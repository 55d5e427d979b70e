/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence up: arm this host, or change what it is armed with. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "policy.h"
#include "raise.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence up [POLICY | --profile P] [--audit] [--json] [-q] [-v]\n"
	"                    [--cgroup DIR] [--state DIR]\n"
	"\n"
	"Fences this host's outbound mail ports. Without a policy: profile generic-cloud in\n"
	"audit, which records and blocks nothing. Tells first which mail servers it found\n"
	"and what the policy would do to them. Again with another policy: changes it,\n"
	"without a gap. No process stays behind; the fence stands until `down` or a reboot.\n"
	"\n"
	"  POLICY         a policy file (see smtpfence-policy(5))\n"
	"  --profile P    block what profile P blocks\n"
	"  --audit        record only, whatever the policy says\n"
	"  --json         what was found, and how it is armed, as one JSON object\n"
	"  -q             arm without telling\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"  --cgroup DIR   fence this cgroup (v2) and what is below it, not the whole host\n"
	"  --state DIR    keep pins and state there (default " STATE_DIR ")\n"
	"\n"
	"Exit status: 0 armed as asked; 1 it failed, and each hook is as before or as asked;\n"
	"2 wrong usage; 3 not permitted or not supported here.\n"
	"\n"
	"  sudo smtpfence up\n"
	"  sudo smtpfence up --profile hetzner-cloud\n"
	"  sudo smtpfence up /etc/smtpfence/policy.yaml\n";

struct asked {
	const char *policy, *profile;
	bool audit;
	struct raise raise;
};

static const struct option options[] = {
	{ "profile", required_argument, NULL, 'p' },
	{ "audit", no_argument, NULL, 'a' },
	{ "json", no_argument, NULL, 'j' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "state", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct asked *a)
{
	int option, level = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":p:ac:s:qvh", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			a->profile = optarg;
			break;
		case 'a':
			a->audit = true;
			break;
		case 'c':
			a->raise.cgroup = optarg;
			break;
		case 's':
			a->raise.state = optarg;
			break;
		case 'j':
			a->raise.json = true;
			break;
		case 'q':
			a->raise.quiet = true;
			break;
		case 'v':
			say_level(++level);
			break;
		case 'h':
			fputs(help, stdout);
			return STATUS_OK;
		case ':':
			say("up: %s needs a value", argv[optind - 1]);
			return STATUS_USAGE;
		default:
			say("up: '%s' is not an option; see smtpfence up --help", argv[optind - 1]);
			return STATUS_USAGE;
		}
	}
	a->policy = argv[optind];
	if (a->policy && argv[optind + 1]) {
		say("up: takes one policy, but got '%s' too", argv[optind + 1]);
		return STATUS_USAGE;
	}
	if (a->policy && a->profile) {
		say("up: a policy file names its own profile: give one of the two");
		return STATUS_USAGE;
	}
	return -1;
}

static int read_policy(const struct asked *a, struct policy **out)
{
	int err;

	if (a->policy)
		err = policy_open(a->policy, out);
	else
		err = policy_from_profile(
			a->profile ? a->profile : "generic-cloud", a->profile != NULL, out);
	if (!err && a->audit)
		(*out)->enforce = false;
	return err;
}

int cmd_up(int argc, char **argv)
{
	struct asked a = {};
	struct policy *p = NULL;
	int status = parse(argc, argv, &a), err;

	if (status >= 0)
		return status;
	if (geteuid()) {
		say("only root can arm the fence: sudo smtpfence up");
		return STATUS_UNABLE;
	}
	err = read_policy(&a, &p);
	if (!err)
		err = raise_fence(p, &a.raise, stdout);
	policy_free(p);
	if (!err)
		return STATUS_OK;
	return err == -EPERM || err == -EACCES || err == -ENOTSUP || err == -ENODEV ? STATUS_UNABLE
										    : STATUS_FAILED;
}
