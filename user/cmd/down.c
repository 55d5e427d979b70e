/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence down: remove exactly what `up` put there. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "guard.h"
#include "options.h"
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
	const struct options_form form = { "down", help, false, false };
	struct options o = { .state = STATE_DIR };
	enum options_end end = options_read(argc, argv, &form, &o, stdout);
	int err;

	if (end != OPTIONS_GO_ON)
		return end == OPTIONS_HELPED ? STATUS_OK : STATUS_USAGE;
	if (geteuid()) {
		say("only root can take the fence down: sudo smtpfence down");
		return STATUS_UNABLE;
	}
	err = take_down(o.state);
	return !err ? STATUS_OK : err == -EPERM || err == -EACCES ? STATUS_UNABLE : STATUS_FAILED;
}
