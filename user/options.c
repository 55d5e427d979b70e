/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options.h"

#include <getopt.h>

#include "say.h"

static const struct option all[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "once", no_argument, NULL, 'o' },
	{ "state", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static enum options_end wrong(const struct options_form *form, const char *word)
{
	say("%s: '%s' is not an option (%s%s--state DIR, -v, --help)", form->verb, word,
		form->json ? "--json, " : "", form->once ? "--once, " : "");
	return OPTIONS_WRONG;
}

enum options_end options_read(
	int argc, char **argv, const struct options_form *form, struct options *out, FILE *to)
{
	int option, level = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":s:vh", all, NULL)) != -1) {
		if (option == 's') {
			out->state = optarg;
		} else if (option == 'j' && form->json) {
			out->json = true;
		} else if (option == 'o' && form->once) {
			out->once = true;
		} else if (option == 'v') {
			say_level(++level);
		} else if (option == 'h') {
			fputs(form->help, to);
			return OPTIONS_HELPED;
		} else {
			return wrong(form, argv[optind - 1]);
		}
	}
	if (optind < argc) {
		say("%s: takes no argument, but got '%s'", form->verb, argv[optind]);
		return OPTIONS_WRONG;
	}
	return OPTIONS_GO_ON;
}
