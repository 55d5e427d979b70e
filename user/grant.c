/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `allow`, `block` and `pause` are asked on the command line. */
#include "grant.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "say.h"
#include "text.h"

#define TEXT_MOST 500 /* bytes of a reason or ticket */

enum option_value {
	OPTION_FOR = 256,
	OPTION_REASON,
	OPTION_TICKET,
	OPTION_LIMIT,
	OPTION_BY_NAME,
	OPTION_ALL,
	OPTION_STATE,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_SELECTOR, /* any of them: the option's name is the key */
};

static const struct option all[] = {
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "reason", required_argument, NULL, OPTION_REASON },
	{ "ticket", required_argument, NULL, OPTION_TICKET },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "by-name", no_argument, NULL, OPTION_BY_NAME },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "user", required_argument, NULL, OPTION_SELECTOR },
	{ "group", required_argument, NULL, OPTION_SELECTOR },
	{ "exe", required_argument, NULL, OPTION_SELECTOR },
	{ "cgroup", required_argument, NULL, OPTION_SELECTOR },
	{ "unit", required_argument, NULL, OPTION_SELECTOR },
	{ "container", required_argument, NULL, OPTION_SELECTOR },
	{ "image", required_argument, NULL, OPTION_SELECTOR },
	{ "runtime", required_argument, NULL, OPTION_SELECTOR },
	{ "pod", required_argument, NULL, OPTION_SELECTOR },
	{ "namespace", required_argument, NULL, OPTION_SELECTOR },
	{ "mta", required_argument, NULL, OPTION_SELECTOR },
	{ "tenant", required_argument, NULL, OPTION_SELECTOR },
	{ "interface", required_argument, NULL, OPTION_SELECTOR },
	{ "vm", required_argument, NULL, OPTION_SELECTOR },
	{ "label", required_argument, NULL, OPTION_SELECTOR },
	{ "to", required_argument, NULL, OPTION_SELECTOR },
	{ "port", required_argument, NULL, OPTION_SELECTOR },
	{ NULL, 0, NULL, 0 },
};

/* Being read. */
struct reader {
	const struct grant_form *form;
	struct grant *g;
	FILE *typed; /* of the selectors */
	int level; /* of -v */
};

static bool plain(const char *s)
{
	size_t left = strlen(s), n;

	if (!left || left > TEXT_MOST)
		return false;
	for (; left; s += n, left -= n) {
		n = text_utf8(s, left);
		if (!n || text_control(s, n))
			return false;
	}
	return true;
}

static int take_text(char **to, const char *name, const char *text)
{
	if (!plain(text))
		return refuse(-EINVAL, "--%s: up to %d bytes of plain text are expected", name,
			TEXT_MOST);
	free(*to);
	*to = strdup(text);
	return *to ? 0 : fail(-ENOMEM, "read --%s", name);
}

static int take_time(struct grant *g, const char *text)
{
	int err = text_duration(text, &g->lasts_s);

	if (err == -ERANGE)
		return refuse(err, "--for: '%s' is out of range: at least 1s, at most 3650d", text);
	if (err)
		return refuse(err, "--for: '%s' is not a time; write 90s, 10m, 2h or 3d", text);
	return 0;
}

static int take_limit(struct grant *g, const char *text)
{
	char *order = NULL;
	int err;

	if (asprintf(&order, "limit %s", text) < 0)
		return fail(-ENOMEM, "read --limit");
	order_clear(&g->e.order);
	err = order_from_text("--limit", order, &g->e.order);
	free(order);
	return err;
}

static int take_selector(struct reader *r, const char *key, const char *value)
{
	struct grant *g = r->g;

	if (!plain(value))
		return refuse(
			-EINVAL, "--%s: up to %d bytes of plain text are expected", key, TEXT_MOST);
	fprintf(r->typed, "%s%s %s", ftell(r->typed) ? ", " : "", key, value);
	if (!strcmp(key, "container") && list_add_text(&g->container, &g->container_n, value))
		return fail(-ENOMEM, "read --container");
	return strcmp(key, "container") ? selectors_flag(&g->e.who, key, value) : 0;
}

/* Those of other verbs that share the table. */
static bool is_foreign(const struct grant_form *form, int option)
{
	return (option == OPTION_LIMIT && !form->limits) ||
	       ((option == OPTION_SELECTOR || option == OPTION_ALL || option == OPTION_BY_NAME) &&
		       !form->selects);
}

static int wrong(const struct grant_form *form, const char *word)
{
	return refuse(-EINVAL, "%s: '%s' is not an option; see smtpfence %s --help", form->verb,
		word, form->verb);
}

static int take(struct reader *r, int option, const char *name)
{
	struct grant *g = r->g;

	switch (option) {
	case OPTION_FOR:
		return take_time(g, optarg);
	case OPTION_REASON:
		return take_text(&g->e.why, "reason", optarg);
	case OPTION_TICKET:
		return take_text(&g->e.ticket, "ticket", optarg);
	case OPTION_LIMIT:
		return take_limit(g, optarg);
	case OPTION_SELECTOR:
		return take_selector(r, name, optarg);
	case OPTION_STATE:
		g->state = optarg;
		return 0;
	case 'v':
		say_level(++r->level);
		return 0;
	default:
		g->by_name |= option == OPTION_BY_NAME;
		g->all |= option == OPTION_ALL;
		g->json |= option == OPTION_JSON;
		return 0;
	}
}

/* What is missing, said as what to type. */
static int check(const struct grant *g, const struct grant_form *form, const char *rest)
{
	bool some = g->container_n || !selectors_empty(&g->e.who);

	if (rest && form->selects)
		return refuse(-EINVAL,
			"%s: whom or what is '%s'? Type --container %s, --unit %s, ...", form->verb,
			rest, rest, rest);
	if (rest)
		return refuse(-EINVAL, "%s: takes no argument, but got '%s'", form->verb, rest);
	if (form->selects && !some && !g->all)
		return refuse(-EINVAL,
			"%s: whom? Add --container NAME, --unit NAME, --user NAME or another selector; --all is the whole host",
			form->verb);
	if (some && g->all)
		return refuse(-EINVAL,
			"%s: --all is the whole host: leave it out, or the selectors", form->verb);
	if (g->by_name && !g->container_n)
		return refuse(-EINVAL, "%s: --by-name goes with --container NAME", form->verb);
	if (!g->lasts_s)
		return refuse(-EINVAL, "%s: for how long? Add --for 2h", form->verb);
	if (!g->e.why)
		return refuse(-EINVAL, "%s: why? Add --reason TEXT, for whoever reads the list",
			form->verb);
	return 0;
}

static enum options_end read_options(int argc, char **argv, struct reader *r, FILE *to)
{
	const struct grant_form *form = r->form;
	int option, which = -1, err = 0;

	opterr = 0;
	while (!err && (option = getopt_long(argc, argv, ":vh", all, &which)) != -1) {
		if (option == OPTION_HELP || option == 'h') {
			fputs(form->help, to);
			return OPTIONS_HELPED;
		}
		if (option == ':')
			err = refuse(-EINVAL, "%s: %s needs a value", form->verb, argv[optind - 1]);
		else if (option == '?' || is_foreign(form, option))
			err = wrong(form, option == '?' ? argv[optind - 1] : all[which].name);
		else
			err = take(r, option, which < 0 ? "" : all[which].name);
	}
	if (!err)
		err = check(r->g, form, argv[optind]);
	return err ? OPTIONS_WRONG : OPTIONS_GO_ON;
}

enum options_end grant_read(
	int argc, char **argv, const struct grant_form *form, struct grant *out, FILE *to)
{
	struct reader r = { form, out, NULL, 0 };
	char *typed = NULL;
	enum options_end end;
	size_t n;

	out->e.order.action = form->action;
	out->e.pause = !form->selects;
	r.typed = open_memstream(&typed, &n);
	if (!r.typed) {
		(void)fail(-ENOMEM, "read the options");
		return OPTIONS_WRONG;
	}
	end = read_options(argc, argv, &r, to);
	if (fclose(r.typed))
		typed = NULL;
	out->e.selector = typed && !*typed ? strdup("the whole host") : typed;
	if (typed && !*typed)
		free(typed);
	if (!out->e.selector && end == OPTIONS_GO_ON) {
		(void)fail(-ENOMEM, "read the options");
		end = OPTIONS_WRONG;
	}
	return end;
}

void grant_clear(struct grant *g)
{
	exemption_clear(&g->e);
	list_free_text(g->container, g->container_n);
	*g = (struct grant){};
}
