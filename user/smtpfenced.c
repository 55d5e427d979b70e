/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfenced: keeps the fence that is up right while containers, units, packages and names change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "daemon.h"
#include "options.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfenced [--state DIR] [-v]\n"
	"\n"
	"Runs beside a fence that `smtpfence up` put up, and keeps what it knows right:\n"
	"containers and units as they start, executables that an upgrade replaced, names that\n"
	"have other addresses now. The fence stands without it, and blocks what it does not\n"
	"know; then what a rule allows by container, unit or name may be blocked, too.\n"
	"\n"
	"SIGHUP reads the policy's files again; a bad one changes nothing. SIGTERM ends it, and\n"
	"leaves the fence as it is. Without a fence it waits for one.\n"
	"\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"  --version      which this is\n"
	"\n"
	"Exit status: 0 ended by a signal; 1 it failed, or another one runs there; 2 wrong\n"
	"usage; 3 not permitted.\n";

static int run(const char *state)
{
	int err;

	if (*state != '/')
		return refuse(STATUS_USAGE, "--state: '%s' is no absolute path", state);
	if (geteuid())
		return refuse(STATUS_UNABLE, "only root can follow a fence: sudo smtpfenced");
	err = daemon_run(state);
	return status_of(err);
}

int main(int argc, char **argv)
{
	const struct options_form form = { "smtpfenced", help, false, false };
	struct options o = { .state = STATE_DIR };
	enum options_end end;

	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts("smtpfenced " VERSION) < 0 || fflush(stdout) ? STATUS_FAILED
									 : STATUS_OK;
	end = options_read(argc, argv, &form, &o, stdout);
	if (end == OPTIONS_WRONG)
		return STATUS_USAGE;
	if (end == OPTIONS_HELPED)
		return fflush(stdout) ? STATUS_FAILED : STATUS_OK;
	return run(o.state);
}
