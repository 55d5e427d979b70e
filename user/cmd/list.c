/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence list: exemptions, blocks and pauses. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "exemption.h"
#include "json.h"
#include "say.h"
#include "slip.h"
#include "state.h"
#include "text.h"

static const char help[] =
	"usage: smtpfence list [--all] [--json] [--state DIR]\n"
	"\n"
	"Shows the exemptions, blocks and pauses that are in force: what is left of each, who asked\n"
	"for it, for whom and why.\n"
	"\n"
	"  --all          also those that ended in the last 30 days\n"
	"  --json         as one JSON object\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"\n"
	"Exit status: 0 done; 1 it failed; 2 wrong usage; 3 not permitted to look.\n"
	"\n"
	"  sudo smtpfence list\n"
	"  sudo smtpfence list --all --json | jq '.exemptions[].reason'\n";

struct asked {
	const char *state;
	bool all, json;
};

static void show(const struct exemptions *all, const struct asked *a)
{
	uint64_t now = text_wall_now();
	bool some = false;
	struct json j;

	json_init(&j, stdout);
	if (a->json) {
		json_open(&j, NULL, '{');
		json_open(&j, "exemptions", '[');
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct exemption *e = all->e + i;

		if (!a->all && exemption_state(e, now) != EXEMPTION_IN_FORCE)
			continue;
		if (!some && !a->json)
			slip_line(stdout, NULL, now);
		if (a->json)
			slip_json(&j, NULL, e, now);
		else
			slip_line(stdout, e, now);
		some = true;
	}
	if (a->json) {
		json_close(&j, ']');
		json_close(&j, '}');
	} else if (!some) {
		puts(a->all ? "no exemption, block or pause in the last 30 days"
			    : "no exemption, block or pause is in force");
	}
}

static int list(const struct asked *a)
{
	struct exemptions all = {};
	char store[PATH_MAX];
	int err;

	if (geteuid())
		return refuse(STATUS_UNABLE, "only root can look: sudo smtpfence list");
	err = exemptions_load(state_store(store, a->state), &all);
	if (!err)
		show(&all, a);
	exemptions_clear(&all);
	return status_of(err);
}

int cmd_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "state", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct asked a = { .state = STATE_DIR };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(help, stdout) == EOF;
		if (option == ':' || option == '?')
			return refuse(STATUS_USAGE, "list: %s %s", argv[optind - 1],
				option == ':' ? "needs a value"
					      : "is no option; see smtpfence list --help");
		if (option == 's')
			a.state = optarg;
		a.all |= option == 'a';
		a.json |= option == 'j';
	}
	if (optind < argc)
		return refuse(STATUS_USAGE, "list: takes no argument, but got '%s'", argv[optind]);
	return list(&a);
}
