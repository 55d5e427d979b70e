/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence up: arm this host, or change what it is armed with. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "herald.h"
#include "policy.h"
#include "say.h"
#include "state.h"
#include "text.h"

static const char help[] =
	"usage: smtpfence up [POLICY [TENANT_POLICY]... | --profile P] [--audit]\n"
	"                    [--confirm TIME] [--json] [-q] [-v] [--cgroup DIR] [--state DIR]\n"
	"\n"
	"Fences this host's outbound mail ports. Without a policy: profile generic-cloud in\n"
	"audit, which records and blocks nothing. Tells first which mail servers it found\n"
	"and what the policy would do to them. Again with another policy: changes it,\n"
	"without a gap. No process stays behind; the fence stands until `down` or a reboot.\n"
	"\n"
	"  POLICY         a policy file (see smtpfence-policy(5))\n"
	"  TENANT_POLICY  a tenant's own rules, for its workloads only; they can only tighten\n"
	"  --profile P    block what profile P blocks\n"
	"  --audit        record only, whatever the policy says\n"
	"  --confirm 30m  goes back to what was before, or down, unless `smtpfence confirm` is\n"
	"                 typed in time; also when this terminal is gone\n"
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
	"  sudo smtpfence up /etc/smtpfence/policy.yaml\n"
	"  sudo smtpfence up --confirm 30m new.yaml shop.yaml\n";

struct asked {
	char *const *policy; /* files, with a NULL behind them */
	const char *profile;
	struct herald herald;
};

static const struct option options[] = {
	{ "profile", required_argument, NULL, 'p' },
	{ "audit", no_argument, NULL, 'a' },
	{ "confirm", required_argument, NULL, 'C' },
	{ "json", no_argument, NULL, 'j' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "state", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool read_confirm(const char *text, struct asked *a)
{
	if (text_duration(text, &a->herald.confirm_s))
		say("up: --confirm '%s' is not a time, such as 30m or 2h", text);
	return a->herald.confirm_s;
}

static bool take(int option, struct asked *a)
{
	static int level;

	switch (option) {
	case 'p':
		a->profile = optarg;
		break;
	case 'C':
		return read_confirm(optarg, a);
	case 'c':
		a->herald.cgroup = optarg;
		break;
	case 's':
		a->herald.state = optarg;
		break;
	case 'v':
		say_level(++level);
		break;
	default:
		a->herald.audit |= option == 'a';
		a->herald.json |= option == 'j';
		a->herald.quiet |= option == 'q';
	}
	return true;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct asked *a)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":p:ac:s:qvh", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return STATUS_OK;
		}
		if (option == ':' || option == '?')
			return refuse(STATUS_USAGE, "up: %s %s", argv[optind - 1],
				option == ':' ? "needs a value"
					      : "is no option; see smtpfence up --help");
		if (!take(option, a))
			return STATUS_USAGE;
	}
	a->policy = argv + optind;
	if (a->policy[0] && a->profile)
		return refuse(STATUS_USAGE,
			"up: a policy file names its own profile: give one of the two");
	return -1;
}

static int read_policy(const struct asked *a, struct policy **out)
{
	int err;

	if (a->policy[0])
		err = policy_open_all(a->policy, out);
	else
		err = policy_from_profile(
			a->profile ? a->profile : "generic-cloud", a->profile != NULL, out);
	if (!err && a->herald.audit)
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
	if (geteuid())
		return refuse(STATUS_UNABLE, "only root can arm the fence: sudo smtpfence up");
	err = read_policy(&a, &p);
	err = err ?: herald_up(p, &a.herald, stdout);
	policy_free(p);
	return status_of(err);
}
