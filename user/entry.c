/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One exemption, as it is kept in a file. */
#include "entry.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "json.h"
#include "say.h"
#include "yaml.h"

void entry_clear(struct exemption *e)
{
	selectors_clear(&e->who);
	order_clear(&e->order);
	free(e->by);
	free(e->why);
	free(e->ticket);
	free(e->selector);
	*e = (struct exemption){};
}

/* What the policy's own words say of it: free it. NULL: no memory, or nothing to say. */
static char *words(const struct exemption *e, bool who)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	if (!to)
		return NULL;
	if (who)
		selectors_print(to, &e->who);
	else
		order_print(to, &e->order);
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	return text;
}

int entry_write(struct json *j, const struct exemption *e)
{
	bool whole = selectors_empty(&e->who);
	char *who = whole ? NULL : words(e, true), *order = words(e, false);
	int err = order && (whole || who) ? 0 : -ENOMEM;

	json_open(j, NULL, '{');
	json_number(j, "id", e->id);
	json_text(j, "who", who);
	json_text(j, "order", order);
	json_bool(j, "pause", e->pause);
	json_number(j, "since_ns", e->since_ns);
	json_number(j, "until_ns", e->until_ns);
	json_number(j, "revoked_ns", e->revoked_ns);
	json_text(j, "by", e->by);
	json_text(j, "why", e->why);
	json_text(j, "ticket", e->ticket);
	json_text(j, "selector", e->selector);
	json_close(j, '}');
	free(who);
	free(order);
	return err;
}

static int read_who(const char *text, const char *where, struct selectors *out)
{
	struct yaml *y = NULL;
	int err = yaml_from_text(where, text, strlen(text), &y);

	if (!err)
		err = selectors_read(yaml_root(y), out);
	yaml_close(y);
	return err;
}

static int copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

/* What it has read is `e`'s, also when it fails. */
static int read_one(json_t *o, const char *where, struct exemption *e)
{
	const char *who = NULL, *order, *by, *why, *ticket = NULL, *selector;
	json_int_t id, since, until, revoked;
	char which[PATH_MAX + 16];
	json_error_t at;
	int pause, err;

	if (json_unpack_ex(o, &at, 0, "{s:I, s?s, s:s, s:b, s:I, s:I, s:I, s:s, s:s, s?s, s:s}",
		    "id", &id, "who", &who, "order", &order, "pause", &pause, "since_ns", &since,
		    "until_ns", &until, "revoked_ns", &revoked, "by", &by, "why", &why, "ticket",
		    &ticket, "selector", &selector))
		return refuse(-EINVAL, "%s: %s", where, at.text);
	if (id < 1 || id > EXEMPTION_MAX_ID || since < 0 || until < since || revoked < 0)
		return refuse(-EINVAL, "%s: no id or no times", where);
	e->id = id;
	e->pause = pause;
	e->since_ns = since;
	e->until_ns = until;
	e->revoked_ns = revoked;
	snprintf(which, sizeof(which), "%.4095s: e%u", where, e->id);
	err = who ? read_who(who, which, &e->who) : 0;
	if (!err)
		err = order_from_text(which, order, &e->order);
	if (err)
		return err;
	if (copy(&e->by, by) || copy(&e->why, why) || copy(&e->ticket, ticket) ||
		copy(&e->selector, selector))
		return fail(-ENOMEM, "read %s", where);
	return 0;
}

int entry_read(json_t *o, const char *where, struct exemption *out)
{
	struct exemption e = {};
	int err = read_one(o, where, &e);

	if (err)
		entry_clear(&e);
	else
		*out = e;
	return err;
}
