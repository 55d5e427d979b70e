/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence block: stop somebody for a while, open connections included. */
#include <stdio.h>

#include "bestow.h"
#include "cmd/verbs.h"
#include "grant.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence block SELECTOR... --for TIME --reason TEXT [--ticket ID]\n"
	"                       [--by-name] [--json] [--state DIR] [-v]\n"
	"\n"
	"Blocks somebody for a while, above all rules of the policy and all earlier exemptions, and\n"
	"ends the connections that are open. It ends by itself, in the kernel; after a reboot what is\n"
	"left of the time is left.\n"
	"\n"
	"  --container NAME   a container, by name (a glob) or id: those that are here now, by\n"
	"                     their ids; with --by-name whoever bears the name, now or later\n"
	"  --unit NAME        a systemd unit or slice (a glob)\n"
	"  --user, --group    names or numbers\n"
	"  --exe PATH, --mta NAME, --cgroup PATH, --tenant NAME, --image, --runtime,\n"
	"  --label KEY=VALUE, --pod, --namespace\n"
	"  --to, --port       only there: addresses, prefixes, classes, name:HOST; port numbers\n"
	"  --all              the whole host\n"
	"Different selectors must all match; of one given several times, any. Without --port it\n"
	"blocks the ports that the policy's profile blocks.\n"
	"\n"
	"  --for TIME         90s, 10m, 2h, 3d; at most what the policy allows\n"
	"  --reason TEXT      why, for whoever reads the list\n"
	"  --ticket ID        where more is written\n"
	"  --json             what it came to, as one JSON object\n"
	"  --state DIR        of a fence that was put up with --state (default " STATE_DIR ")\n"
	"\n"
	"Exit status: 0 it is in force; 1 it is not, nothing has changed (nobody matches, no fence is\n"
	"up, ...); 2 wrong usage; 3 not permitted or not supported here.\n"
	"\n"
	"  sudo smtpfence block --container shop3 --for 24h --reason \"sends spam\"\n"
	"  sudo smtpfence block --user shop3 --port 25 --port 587 --for 2h --reason hacked\n"
	"  sudo smtpfence block --all --for 30m --reason \"blacklisted, looking into it\"\n";

int cmd_block(int argc, char **argv)
{
	const struct grant_form form = { "block", help, true, false, ACTION_BLOCK };
	int err = bestow_as(argc, argv, &form, STATE_DIR, stdout);

	if (err >= 0)
		return err == OPTIONS_WRONG ? STATUS_USAGE : STATUS_OK;
	return status_of(err);
}
