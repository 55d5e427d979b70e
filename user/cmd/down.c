/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence down: remove exactly what `up` put there. */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "confirm.h"
#include "options.h"
#include "raise.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence down [--json] [--state DIR] [-v]\n"
	"\n"
	"Takes the fence down: its programs, maps and pins, and nothing else. The counters\n"
	"and what was not yet read of the record go with it. Nothing to do is no error.\n"
	"\n"
	"  --json         {\"armed\":false,\"removed\":true}, or false when there was none\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"\n"
	"Exit status: 0 there is no fence any more; 1 it failed; 3 not permitted.\n"
	"\n"
	"  sudo smtpfence down\n";

static void tell(bool json, bool there)
{
	if (json)
		printf("{\"armed\":false,\"removed\":%s}\n", there ? "true" : "false");
	else
		puts(there ? "the fence is down: port 25 is open, and nothing is recorded"
			   : "there is no fence: nothing to do");
}

int cmd_down(int argc, char **argv)
{
	const struct options_form form = { "down", help, true, false };
	struct options o = { .state = STATE_DIR };
	enum options_end end = options_read(argc, argv, &form, &o, stdout);
	bool there;
	int err;

	if (end != OPTIONS_GO_ON)
		return end == OPTIONS_HELPED ? STATUS_OK : STATUS_USAGE;
	if (geteuid()) {
		say("only root can take the fence down: sudo smtpfence down");
		return STATUS_UNABLE;
	}
	err = confirm_end(o.state);
	err = err ?: raise_down(o.state, &there);
	if (!err)
		tell(o.json, there);
	return status_of(err);
}
