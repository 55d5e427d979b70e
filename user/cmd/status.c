/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence status: is the fence up, as asked, and in the kernel? */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "board.h"
#include "cmd/verbs.h"
#include "options.h"
#include "relief.h"
#include "say.h"
#include "standing.h"

static const char help[] =
	"usage: smtpfence status [--json] [--state DIR] [-v]\n"
	"\n"
	"Compares what was asked with what is attached in the kernel, and shows the counters.\n"
	"\n"
	"  --json         as one JSON object\n"
	"  --state DIR    of a fence that was put up with --state (default " STATE_DIR ")\n"
	"  -v             also say what is noted; twice: libbpf's messages too\n"
	"\n"
	"Exit status: 0 the fence stands as asked; 10 it does not, is paused, or there is none;\n"
	"1 it failed; 3 not permitted to look.\n"
	"\n"
	"  sudo smtpfence status\n"
	"  sudo smtpfence status --json | jq .counts\n";

static int show(const char *state, bool json)
{
	struct standing s = {};
	int status = STATUS_FAILED, err = standing_look(state, &s);

	if (err)
		return status_of(err);
	if (!(json ? board_json(&s, stdout) : board_text(&s, stdout)))
		status = standing_as_asked(&s) && !relief_pause(&s.exempt, s.now_ns)
				 ? STATUS_OK
				 : STATUS_FINDINGS;
	standing_clear(&s);
	return status;
}

int cmd_status(int argc, char **argv)
{
	const struct options_form form = { "status", help, true, false };
	struct options o = { .state = STATE_DIR };
	enum options_end end = options_read(argc, argv, &form, &o, stdout);

	if (end != OPTIONS_GO_ON)
		return end == OPTIONS_HELPED ? STATUS_OK : STATUS_USAGE;
	if (geteuid()) {
		puts("UNKNOWN: only root can look            sudo smtpfence status");
		return STATUS_UNABLE;
	}
	return show(o.state, o.json);
}
