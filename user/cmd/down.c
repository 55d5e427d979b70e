/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence down: remove exactly what `up` put there. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "guard.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence down [--state DIR] [-v]\n"
	"\n"
	"Takes the fence down: its programs, maps and pins, and nothing else. The counters\n"
	"and what was not yet read of the record go with it. Nothing to do is no error.\n"
	"\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"\n"
	"Exit status: 0 there is no fence any more; 1 it failed; 3 not permitted.\n"
	"\n"
	"  sudo smtpfence down\n";

static int take_down(const char *state)
{
	struct pin *p = NULL;
	int err = pin_open(state, false, &p);

	if (err == -ENOENT) {
		err = state_remove(state);
		if (!err)
			puts("there is no fence: nothing to do");
		return err;
	}
	if (!err)
		err = pin_lock(p);
	if (!err)
		err = guard_disarm(p);
	if (err) {
		pin_close(p);
		return err;
	}
	err = pin_unmount(p, state);
	if (!err)
		err = state_remove(state);
	if (!err && rmdir(state))
		note("%s stays: it is not empty", state);
	if (!err)
		puts("the fence is down: port 25 is open, and nothing is recorded");
	return err;
}

int cmd_down(int argc, char **argv)
{
	static const struct option options[] = {
		{ "state", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *state = STATE_DIR;
	int option, level = 0, err;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":s:vh", options, NULL)) != -1) {
		if (option == 's') {
			state = optarg;
		} else if (option == 'v') {
			say_level(++level);
		} else if (option == 'h') {
			fputs(help, stdout);
			return STATUS_OK;
		} else {
			say("down: '%s' is not an option (--state DIR, -v, --help)",
				argv[optind - 1]);
			return STATUS_USAGE;
		}
	}
	if (optind < argc) {
		say("down: takes no argument, but got '%s'", argv[optind]);
		return STATUS_USAGE;
	}
	if (geteuid()) {
		say("only root can take the fence down: sudo smtpfence down");
		return STATUS_UNABLE;
	}
	err = take_down(state);
	return !err ? STATUS_OK : err == -EPERM || err == -EACCES ? STATUS_UNABLE : STATUS_FAILED;
}
