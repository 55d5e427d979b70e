/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence profiles: the providers whose rules are known, or one of them. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/verbs.h"
#include "dump.h"
#include "list.h"
#include "portrait.h"
#include "profile.h"
#include "say.h"

static const char help[] =
	"usage: smtpfence profiles [show P] [--json]\n"
	"\n"
	"Lists the profiles, or shows one: what a provider blocks, whom, what to use instead, how the\n"
	"block is lifted, and how well that is known (A the provider's document, B a dated source that\n"
	"cites it, C reports, D inferred). What its source does not say is \"not known\".\n"
	"P is a name, an alias (do, oracle, google), `here`, or with a slash a file.\n"
	"\n"
	"  --json         one JSON object a profile and line; \"unknown\" lists what is not known\n"
	"\n"
	"  smtpfence profiles\n"
	"  smtpfence profiles show digitalocean\n"
	"  smtpfence profiles show here            the provider of this machine\n";

static void put_json(const struct profile *p)
{
	dump_profile(stdout, p);
}

static void put_line(const struct profile *p)
{
	portrait_line(stdout, p);
}

static void put_page(const struct profile *p)
{
	portrait_page(stdout, p);
}

/* With `put`, one profile after the other. */
static int each(char *const *names, size_t n, void (*put)(const struct profile *))
{
	struct profile *p;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		p = NULL;
		err = profile_open(names[i], &p);
		if (!err)
			put(p);
		profile_free(p);
	}
	return err ? STATUS_FAILED : STATUS_OK;
}

static int list(bool json)
{
	char **names = NULL;
	size_t n = 0;
	int status;

	if (profile_list(&names, &n))
		return STATUS_FAILED;
	if (!json)
		portrait_line(stdout, NULL);
	status = each(names, n, json ? put_json : put_line);
	list_free_text(names, n);
	return status;
}

int cmd_profiles(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(help, stdout) == EOF;
		if (option != 'j')
			return refuse(STATUS_USAGE,
				"%s is no option; see smtpfence profiles --help", argv[optind - 1]);
		json = true;
	}
	if (optind == argc)
		return list(json);
	if (strcmp(argv[optind], "show") || argc - optind != 2)
		return refuse(STATUS_USAGE, "profiles takes nothing, or: show PROFILE");
	return each(argv + optind + 1, 1, json ? put_json : put_page);
}
