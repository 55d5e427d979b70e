/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence resume: end a pause before its time. */
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "lift.h"
#include "options.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence resume [--json] [--state DIR] [-v]\n"
	"\n"
	"Ends a pause before its time: the policy is in force again. No pause is no error.\n"
	"\n"
	"  --json         what has ended, as one JSON object\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"\n"
	"Exit status: 0 it is not paused any more; 1 it failed, or no fence is up; 2 wrong usage; 3\n"
	"not permitted or not supported here.\n"
	"\n"
	"  sudo smtpfence resume\n";

int cmd_resume(int argc, char **argv)
{
	const struct options_form form = { "resume", help, true, false };
	struct options o = { .state = STATE_DIR };
	enum options_end end = options_read(argc, argv, &form, &o, stdout);
	struct lift l = {};
	int err;

	if (end != OPTIONS_GO_ON)
		return end == OPTIONS_HELPED ? STATUS_OK : STATUS_USAGE;
	if (geteuid())
		return refuse(
			STATUS_UNABLE, "only root can change the fence: sudo smtpfence resume");
	l.state = o.state;
	l.json = o.json;
	err = lift(&l, stdout);
	return status_of(err);
}
