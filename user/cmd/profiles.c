/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* smtpfence profiles: the providers whose rules are known, or one of them. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "bpf/fence.h"
#include "cmd/verbs.h"
#include "dump.h"
#include "list.h"
#include "profile.h"
#include "say.h"

static const char help[] =
	"usage: smtpfence profiles [show P] [--json]\n"
	"\n"
	"Lists the profiles, or shows one: what a provider blocks, what to use instead, how the block is\n"
	"lifted, and how well that is known (A the provider's document, B a dated source that cites it,\n"
	"C reports, D inferred).\n"
	"\n"
	"  --json         one JSON object a profile and line\n"
	"\n"
	"  smtpfence profiles\n"
	"  smtpfence profiles show digitalocean\n"
	"  smtpfence profiles show here            the provider of this machine\n";

static void put_json(const struct profile *p)
{
	dump_profile(stdout, p);
}

/* "25, 465"; the longest list, of 16 ports, has 110 bytes. */
static char *ports(char to[128], const struct profile *p)
{
	size_t at = 0;

	snprintf(to, 128, "nothing");
	for (unsigned i = 0; i < p->blocked_n; i++)
		at += snprintf(to + at, 128 - at, "%s%u", i ? ", " : "", p->blocked[i]);
	return to;
}

#define ROW "%-16s %-22s %-28s %-7.7s  %s\n"

static void put_line(const struct profile *p)
{
	char text[128], confidence[2] = { p->confidence };

	printf(ROW, p->name, ports(text, p), p->provider, p->as_of ? p->as_of : "unknown",
		confidence);
}

static void put_text(const char *key, const char *text)
{
	if (text)
		printf("%-12s%s\n", key, text);
}

static void put_page(const struct profile *p)
{
	char text[128];

	printf("%s: %s\n\n%-12s%s", p->name, p->provider, "blocks",
		p->blocked_n ? (p->blocked_n > 1 ? "ports " : "port ") : "");
	fputs(ports(text, p), stdout);
	for (int i = 0, n = 0; p->blocked_n && i < CLASS_COUNT; i++)
		if (p->scope >> i & 1)
			printf("%s %s", n++ ? "," : " to", address_class_name(i));
	if (p->blocked_n)
		printf(" addresses\n%-12s%s", "looks like", strerror(p->err));
	if (p->after_s)
		printf(", after about %u s", p->after_s);
	putchar('\n');
	for (unsigned i = 0; i < p->hint_n; i++)
		printf("%s%s", i ? ", " : "use instead ",
			strcmp(p->hint[i], "api") ? p->hint[i] : "an HTTPS API");
	if (p->hint_n)
		putchar('\n');
	put_text("", p->hint_note);
	put_text("lifted by", p->exemption);
	put_text("source", p->source);
	printf("%-12s%s, confidence %c\n", "checked", p->as_of ? p->as_of : "unknown",
		p->confidence);
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
		printf(ROW, "PROFILE", "BLOCKS", "PROVIDER", "CHECKED", "SURE");
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
