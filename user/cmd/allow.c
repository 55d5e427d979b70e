/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence allow: a timed, reasoned exception to the policy. */
#include <stdio.h>

#include "bestow.h"
#include "cmd/verbs.h"
#include "grant.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence allow SELECTOR... --for TIME --reason TEXT [--ticket ID]\n"
	"                       [--limit LIMIT] [--by-name] [--json] [--state DIR] [-v]\n"
	"\n"
	"Lets somebody send for a while, above all rules of the policy. It ends by itself, in the\n"
	"kernel; after a reboot what is left of the time is left. Who asked, when and why is kept,\n"
	"and shows in list, in status, and in every attempt that it let through.\n"
	"\n"
	"  --container NAME   a container, by name (a glob) or id: those that are here now, by\n"
	"                     their ids; with --by-name whoever bears the name\n"
	"  --unit NAME        a systemd unit or slice (a glob)\n"
	"  --user, --group    names or numbers\n"
	"  --exe PATH, --mta NAME, --cgroup PATH, --tenant NAME, --image, --runtime,\n"
	"  --label KEY=VALUE, --pod, --namespace\n"
	"  --to, --port       only there: addresses, prefixes, classes, name:HOST; port numbers\n"
	"  --all              the whole host\n"
	"Different selectors must all match; of one given several times, any.\n"
	"\n"
	"  --for TIME         90s, 10m, 2h, 3d; at most what the policy allows\n"
	"  --reason TEXT      why, for whoever reads the list\n"
	"  --ticket ID        where more is written\n"
	"  --limit LIMIT      no more than that: \"30 connections/h\", \"100 connections/d to 10\n"
	"                     addresses\"\n"
	"  --json             what it came to, as one JSON object\n"
	"  --state DIR        of a fence that was put up with --state (default " STATE_DIR ")\n"
	"\n"
	"Exit status: 0 it is in force; 1 it is not, nothing has changed (nobody matches, no fence is\n"
	"up, ...); 2 wrong usage; 3 not permitted or not supported here.\n"
	"\n"
	"  sudo smtpfence allow --container shop --for 2h --reason \"IP warm-up\" --ticket 8812\n"
	"  sudo smtpfence allow --user alice --to 192.0.2.0/24 --for 1d --reason migration\n"
	"  sudo smtpfence allow --unit report.service --limit \"30 connections/h\" --for 8h \\\n"
	"                       --reason \"monthly report\"\n";

int cmd_allow(int argc, char **argv)
{
	const struct grant_form form = { "allow", help, true, true, ACTION_ALLOW };
	int err = bestow_as(argc, argv, &form, STATE_DIR, stdout);

	if (err >= 0)
		return err == OPTIONS_WRONG ? STATUS_USAGE : STATUS_OK;
	return status_of(err);
}
