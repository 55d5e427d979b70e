/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence pause: let the whole host send for a while. */
#include <stdio.h>

#include "bestow.h"
#include "cmd/verbs.h"
#include "grant.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence pause --for TIME --reason TEXT [--ticket ID] [--json]\n"
	"                       [--state DIR] [-v]\n"
	"\n"
	"Lets the whole host send for a while: attempts are still recorded. It ends by itself, or with\n"
	"resume. Blocks that are made later still hold.\n"
	"\n"
	"  --for TIME         90s, 10m, 2h, 3d; at most what the policy allows\n"
	"  --reason TEXT      why, for whoever reads the list\n"
	"  --ticket ID        where more is written\n"
	"  --json             what it came to, as one JSON object\n"
	"  --state DIR        of a fence that was put up with --state (default " STATE_DIR ")\n"
	"\n"
	"Exit status: 0 it is paused; 1 it is not (no fence is up, it is paused already); 2 wrong\n"
	"usage; 3 not permitted or not supported here.\n"
	"\n"
	"  sudo smtpfence pause --for 10m --reason \"is it the fence?\"\n";

int cmd_pause(int argc, char **argv)
{
	const struct grant_form form = { "pause", help, false, false, ACTION_ALLOW };
	int err = bestow_as(argc, argv, &form, STATE_DIR, stdout);

	if (err >= 0)
		return err == OPTIONS_WRONG ? STATUS_USAGE : STATUS_OK;
	return status_of(err);
}
