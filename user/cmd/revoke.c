/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence revoke: end an exemption, a block or a pause before its time. */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/verbs.h"
#include "exemption.h"
#include "lift.h"
#include "say.h"
#include "state.h"
#include "text.h"

static const char help[] =
	"usage: smtpfence revoke ID [--json] [--state DIR]\n"
	"\n"
	"Ends an exemption, a block or a pause before its time. It stays in list --all for 30 days.\n"
	"\n"
	"  ID             as list shows it: e7\n"
	"  --json         what has ended, as one JSON object\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"\n"
	"Exit status: 0 it has ended; 1 it has not (there is no such one, it had ended already); 2\n"
	"wrong usage; 3 not permitted or not supported here.\n"
	"\n"
	"  sudo smtpfence list\n"
	"  sudo smtpfence revoke e7\n";

/* "e7" or "7". 0: it is none. */
static unsigned id_of(const char *text)
{
	uint64_t id;

	return text_number(text + (*text == 'e'), EXEMPTION_MAX_ID, &id) ? 0 : id;
}

static int take_back(struct lift *l, const char *id)
{
	int err;

	if (!id)
		return refuse(STATUS_USAGE,
			"revoke: which one? smtpfence list shows them; type for example: revoke e7");
	l->id = id_of(id);
	if (!l->id)
		return refuse(STATUS_USAGE, "revoke: '%s' is no id; smtpfence list shows them", id);
	if (geteuid())
		return refuse(STATUS_UNABLE,
			"only root can change the fence: sudo smtpfence revoke %s", id);
	err = lift(l, stdout);
	return status_of(err);
}

int cmd_revoke(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "state", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct lift l = { .state = STATE_DIR };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(help, stdout) == EOF;
		if (option == ':' || option == '?')
			return refuse(STATUS_USAGE, "revoke: %s %s", argv[optind - 1],
				option == ':' ? "needs a value"
					      : "is no option; see smtpfence revoke --help");
		if (option == 's')
			l.state = optarg;
		l.json |= option == 'j';
	}
	if (argc - optind > 1)
		return refuse(STATUS_USAGE, "revoke: one id at a time, but got '%s' too",
			argv[optind + 1]);
	return take_back(&l, argv[optind]);
}
