/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence: the table of verbs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/verbs.h"
#include "say.h"
#include "text.h"

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct {
	const char *name;
	int (*verb)(int argc, char **argv);
	const char *what;
} verbs[] = {
	{ "run", cmd_run, "one command under a provider's rules, then what it tried" },
	{ "up", cmd_up, "arm this host: record, and block as the policy says" },
	{ "down", cmd_down, "take away what `up` put there, and nothing else" },
	{ "confirm", cmd_confirm, "what `up --confirm` changed stays" },
	{ "status", cmd_status, "is the fence up, as asked, and in the kernel?" },
	{ "watch", cmd_watch, "attempts as they happen, one line per incident" },
	{ "report", cmd_report, "what was tried: who, to where, what to change" },
	{ "allow", cmd_allow, "let somebody send for a while, above all rules" },
	{ "block", cmd_block, "stop somebody for a while, open connections included" },
	{ "list", cmd_list, "exemptions, blocks and pauses: what is left, by whom, why" },
	{ "revoke", cmd_revoke, "end one of these before its time" },
	{ "pause", cmd_pause, "let the whole host send for a while" },
	{ "resume", cmd_resume, "end a pause before its time" },
	{ "check", cmd_check, "read a policy, warn, print it as understood" },
	{ "explain", cmd_explain, "which rule would decide, and why" },
	{ "profiles", cmd_profiles, "the providers whose rules are known" },
};

static int starts(void)
{
	return puts("What stops mail on port 25, and what to change. Three ways to start:\n\n"
		    "  try a program     smtpfence run --profile generic-cloud COMMAND...\n"
		    "  guard this host   sudo smtpfence up          records only, blocks nothing\n"
		    "  how it stands     sudo smtpfence status\n\nAll verbs: smtpfence --help") < 0;
}

static int help(void)
{
	puts("usage: smtpfence VERB [OPTION]... [ARGUMENT]...\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-10s%s\n", verbs[i].name, verbs[i].what);
	return puts("\nOne verb in full: smtpfence VERB --help. Its manual: man smtpfence") < 0;
}

static int call(const char *name, int argc, char **argv)
{
	const char *names[VERBS], *near;

	for (size_t i = 0; i < VERBS; i++) {
		if (!strcmp(name, verbs[i].name))
			return verbs[i].verb(argc, argv);
		names[i] = verbs[i].name;
	}
	near = text_nearest(name, names, VERBS);
	if (!near)
		return refuse(STATUS_USAGE, "'%s' is not a verb; see smtpfence --help", name);
	return refuse(STATUS_USAGE, "'%s' is not a verb; the nearest is %s", name, near);
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2)
		return starts();
	if (!strcmp(argv[1], "--version"))
		return puts("smtpfence " VERSION) < 0;
	if (!strcmp(argv[1], "help") && argc > 2)
		return call(argv[2], 2, (char *[]){ argv[2], "--help", NULL });
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help();
	return call(argv[1], argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	/* An answer that did not reach its reader, as on a full disk, is no answer. */
	if (fflush(stdout) != 0 || ferror(stdout))
		return fail(-(errno ? errno : EIO), "write standard output"), STATUS_FAILED;
	return status;
}
