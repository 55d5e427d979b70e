/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence check: read a policy, warn, print it as understood. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "cmd/verbs.h"
#include "dump.h"
#include "policy.h"
#include "say.h"

#define DEFAULT_FILE "/etc/smtpfence/policy.yaml"

static const char help[] =
	"usage: smtpfence check [POLICY [TENANT_POLICY...] | --profile P] [--json]\n"
	"\n"
	"Reads a policy (" DEFAULT_FILE "; - is standard input), warns, and prints it as\n"
	"understood. What it prints reads back to the same. Applies nothing.\n"
	"\n"
	"  TENANT_POLICY  a tenant's own rules, judged before the policy's; comments then say where\n"
	"                 each rule is from\n"
	"  --profile P    the policy that blocks what P blocks, without a file\n"
	"  --json         as one JSON object\n"
	"\n"
	"Exit status: 0 it is good; 1 it is not, and the complaint names line and column; 2 wrong usage.\n"
	"\n"
	"  smtpfence check\n"
	"  smtpfence check ./policy.yaml > canonical.yaml\n"
	"  smtpfence check policy.yaml tenants/acme.yaml\n"
	"  smtpfence check --profile hetzner-cloud\n";

struct asked {
	char **file; /* the policy, then tenants' */
	int files;
	const char *profile;
	bool json;
};

static int read_all(const struct asked *a, struct policy **p)
{
	int err;

	if (a->profile)
		return policy_from_profile(a->profile, true, p);
	err = a->files ? policy_open_all(a->file, p) : policy_open(DEFAULT_FILE, p);
	if (err == -ENOENT && !a->files)
		hint("without a file, try: smtpfence check --profile generic-cloud");
	return err;
}

static int check(const struct asked *a)
{
	struct policy *p = NULL;
	char hash[65];
	int err = read_all(a, &p);

	if (!err && a->json)
		err = policy_hash(p, hash);
	if (!err && a->json)
		dump_policy(stdout, p, hash);
	else if (!err)
		err = policy_print(p, a->files > 1, stdout);
	policy_free(p);
	return err ? STATUS_FAILED : STATUS_OK;
}

int cmd_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "profile", required_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct asked a = { 0 };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(help, stdout) == EOF;
		if (option == ':' || option == '?')
			return refuse(STATUS_USAGE, "%s %s", argv[optind - 1],
				option == ':' ? "needs a value"
					      : "is no option; see smtpfence check --help");
		if (option == 'p')
			a.profile = optarg;
		a.json |= option == 'j';
	}
	a.file = argv + optind;
	a.files = argc - optind;
	if (a.profile && a.files)
		return refuse(STATUS_USAGE, "check takes policy files or a profile, not both");
	return check(&a);
}
