/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence confirm: what `up --confirm` changed stays. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "confirm.h"
#include "options.h"
#include "probation.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence confirm [--json] [--state DIR] [-v]\n"
	"\n"
	"Makes the last `smtpfence up --confirm TIME` stay. Without it the fence goes back to\n"
	"what was asked before, or down, when the time is over.\n"
	"\n"
	"  --json         {\"confirmed\":true}, or false when nothing waits\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted\n"
	"\n"
	"Exit status: 0 it stays; 10 nothing waits to be confirmed; 1 it failed; 3 not permitted.\n"
	"\n"
	"  sudo smtpfence up --confirm 30m new.yaml\n"
	"  sudo smtpfence confirm\n";

int cmd_confirm(int argc, char **argv)
{
	const struct options_form form = { "confirm", help, true, false };
	struct options o = { .state = STATE_DIR };
	enum options_end end = options_read(argc, argv, &form, &o, stdout);
	struct probation c;
	int err;

	if (end != OPTIONS_GO_ON)
		return end == OPTIONS_HELPED ? STATUS_OK : STATUS_USAGE;
	if (geteuid())
		return refuse(STATUS_UNABLE, "only root can confirm: sudo smtpfence confirm");
	err = probation_look(o.state, &c);
	if (err && err != -ENOENT)
		return STATUS_FAILED;
	if (!err && confirm_end(o.state))
		return STATUS_FAILED;
	if (o.json)
		printf("{\"confirmed\":%s}\n", err ? "false" : "true");
	else
		puts(err ? "nothing waits to be confirmed" : "confirmed: the fence stays as it is");
	return err ? STATUS_FINDINGS : STATUS_OK;
}
