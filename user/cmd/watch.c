/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence watch: attempts as they are made, one line per incident. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "lookout.h"
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

static int watch(const char *state, bool json, bool once)
{
	struct lookout *l = NULL;
	int ends = signals(), err;

	if (ends < 0) {
		say("cannot take signals");
		return STATUS_FAILED;
	}
	err = lookout_open(state, json, stdout, &l);
	if (!err)
		err = once ? lookout_read(l) : follow(l, ends);
	if (!err)
		err = lookout_end(l);
	lookout_close(l);
	close(ends);
	if (err == -ENOENT) {
		say("there is no fence to watch; sudo smtpfence up puts one up");
		return STATUS_FINDINGS;
	}
	return !err ? STATUS_OK : err == -EPERM || err == -EACCES ? STATUS_UNABLE : STATUS_FAILED;
}

int cmd_watch(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "once", no_argument, NULL, 'o' },
		{ "state", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false, once = false;
	const char *state = STATE_DIR;
	int option, level = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":s:vh", options, NULL)) != -1) {
		if (option == 's') {
			state = optarg;
		} else if (option == 'j') {
			json = true;
		} else if (option == 'o') {
			once = true;
		} else if (option == 'v') {
			say_level(++level);
		} else if (option == 'h') {
			fputs(help, stdout);
			return STATUS_OK;
		} else {
			say("watch: '%s' is not an option (--json, --once, --state DIR, -v, --help)",
				argv[optind - 1]);
			return STATUS_USAGE;
		}
	}
	if (optind < argc) {
		say("watch: takes no argument, but got '%s'", argv[optind]);
		return STATUS_USAGE;
	}
	if (geteuid()) {
		say("only root can watch: sudo smtpfence watch");
		return STATUS_UNABLE;
	}
	return watch(state, json, once);
}
