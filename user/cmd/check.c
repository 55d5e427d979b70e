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
	"usage: smtpfence check [POLICY | --profile P] [--json]\n"
	"\n"
	"Reads a policy (" DEFAULT_FILE "; - is standard input), warns, and prints it as\n"
	"understood. What it prints reads back to the same. Applies nothing.\n"
	"\n"
	"  --profile P    the policy that blocks what P blocks, without a file\n"
	"  --json         as one JSON object\n"
	"\n"
	"Exit status: 0 it is good; 1 it is not, and the complaint names line and column; 2 wrong usage.\n"
	"\n"
	"  smtpfence check\n"
	"  smtpfence check ./policy.yaml > canonical.yaml\n"
	"  smtpfence check --profile hetzner-cloud\n";

static int check(const char *file, const char *profile, bool json)
{
	struct policy *p = NULL;
	char hash[65];
	int err = profile ? policy_from_profile(profile, true, &p)
			  : policy_open(file ? file : DEFAULT_FILE, &p);

	if (err == -ENOENT && !file && !profile)
		hint("without a file, try: smtpfence check --profile generic-cloud");
	if (!err && json)
		err = policy_hash(p, hash);
	if (!err && json)
		dump_policy(stdout, p, hash);
	else if (!err)
		err = policy_print(p, stdout);
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
	const char *profile = NULL;
	bool json = false;
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
			profile = optarg;
		json |= option == 'j';
	}
	if (argc - optind > (profile ? 0 : 1))
		return refuse(STATUS_USAGE, "check takes one policy file or a profile, not both");
	return check(argv[optind], profile, json);
}
