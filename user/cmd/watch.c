/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence watch: attempts as they are made, one line per incident. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "lookout.h"
#include "options.h"
#include "say.h"
#include "state.h"

static const char help[] =
	"usage: smtpfence watch [--json] [--once] [--state DIR] [-v]\n"
	"\n"
	"Shows attempts on the fenced host as they are made, a line at each incident's first.\n"
	"Takes up where the last one stopped or was killed: no attempt is shown twice, and\n"
	"what the ring could not hold is counted (see status). One reader at a time.\n"
	"\n"
	"  --json         every attempt as a JSON line, once its outcome is known\n"
	"  --once         what waits now, then end\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"\n"
	"Exit status: 0 ended by you; 1 it failed, or another one is watching; 3 not permitted;\n"
	"10 there is no fence to watch.\n"
	"\n"
	"  sudo smtpfence watch\n"
	"  sudo smtpfence watch --json --once > attempts.jsonl\n";

static int signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until a signal. */
static int follow(struct lookout *l, int ends)
{
	struct pollfd fds[] = { { .fd = lookout_fd(l), .events = POLLIN },
		{ .fd = ends, .events = POLLIN } };
	int err = 0;

	while (!err && !fds[1].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return fail(-errno, "wait for attempts");
		err = lookout_read(l);
	}
	return err;
}

static int watch(const struct options *o)
{
	struct lookout *l = NULL;
	int ends = signals(), err;

	if (ends < 0) {
		say("cannot take signals");
		return STATUS_FAILED;
	}
	err = lookout_open(o->state, o->json, stdout, &l);
	if (!err)
		err = o->once ? lookout_read(l) : follow(l, ends);
	if (!err)
		err = lookout_end(l);
	lookout_close(l);
	close(ends);
	if (err == -ENOENT) {
		say("there is no fence to watch; sudo smtpfence up puts one up");
		return STATUS_FINDINGS;
	}
	return status_of(err);
}

int cmd_watch(int argc, char **argv)
{
	const struct options_form form = { "watch", help, true, true };
	struct options o = { .state = STATE_DIR };
	enum options_end end = options_read(argc, argv, &form, &o, stdout);

	if (end != OPTIONS_GO_ON)
		return end == OPTIONS_HELPED ? STATUS_OK : STATUS_USAGE;
	if (geteuid()) {
		say("only root can watch: sudo smtpfence watch");
		return STATUS_UNABLE;
	}
	return watch(&o);
}
