/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of verbs that look at a fence: --json, --once, --state DIR, -v, --help. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct options_form {
	const char *verb;
	const char *help; /* whole text of --help */
	bool json, once; /* whether the verb has these; it always has the others */
};

struct options {
	const char *state; /* directory; default as given before */
	bool json, once;
};

enum options_end {
	OPTIONS_GO_ON,
	OPTIONS_HELPED, /* --help was asked for and written to `to` */
	OPTIONS_WRONG, /* said what is */
};

/* argv[0] is the verb. No argument is taken. -v raises say_level(). */
enum options_end options_read(
	int argc, char **argv, const struct options_form *form, struct options *out, FILE *to);
