/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tenants from a CSV file, row by row. */
#include "roster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "say.h"
#include "text.h"

#define NAME_MOST 128 /* bytes */
#define CONTACT_MOST 320 /* 64 of the local part, @, 255 of the domain */

enum column {
	COLUMN_NAME,
	COLUMN_CONTACT,
	COLUMN_SELECTORS,
};

static const char *const columns[] = { "name", "contact", "selectors", NULL };

static bool has_control(const char *s)
{
	for (size_t left = strlen(s), n; left; s += n, left -= n) {
		n = text_utf8(s, left);
		if (!n || text_control(s, n))
			return true;
	}
	return false;
}

const char *roster_name_fault(const char *name)
{
	size_t n = strlen(name);

	if (!n)
		return "is empty";
	if (n > NAME_MOST)
		return "is longer than 128 bytes";
	if (name[0] == ' ' || name[n - 1] == ' ')
		return "begins or ends with a blank";
	return has_control(name) ? "has control characters" : NULL;
}

const char *roster_contact_fault(const char *contact)
{
	const char *at = strchr(contact, '@'), *scheme = strstr(contact, "://");

	if (strlen(contact) > CONTACT_MOST)
		return "is longer than 320 bytes";
	if (has_control(contact) || strchr(contact, ' '))
		return "has blanks or control characters";
	if (scheme ? scheme == contact || !scheme[3] : !at || at == contact || !at[1])
		return "is no mail address or URL";
	return NULL;
}

bool roster_is_target(const char *key)
{
	static const char *const target[] = { "to", "port", "not", "tenant" };

	for (size_t i = 0; i < sizeof(target) / sizeof(target[0]); i++)
		if (!strcmp(target[i], key))
			return true;
	return false;
}

/* The complaint of a flag, "smtpfence: --user: there is ...", as one about a place in the file. */
static int complain(const struct csv_field *f, size_t at, char *said, int err)
{
	static const char before[] = "smtpfence: --";
	size_t n = strlen(before);

	said[strcspn(said, "\n")] = '\0';
	if (err == -ENOMEM)
		return fail(err, "read %s", f->file);
	return csv_refuse(f, at, "%s", said + (strncmp(said, before, n) ? 0 : n));
}

/* Selectors know flags and YAML; as a flag `key` of a row they say what is wrong without its place. */
static int take(struct selectors *s, const struct csv_field *f, size_t at, const char *key,
	const char *value)
{
	FILE *usual = say_file(), *to;
	char *said = NULL;
	size_t n;
	int err;

	to = open_memstream(&said, &n);
	if (!to)
		return fail(-ENOMEM, "read %s", f->file);
	say_to(to);
	err = key ? selectors_flag(s, key, value) : selectors_settle(s);
	say_to(usual);
	if (fclose(to) && !err)
		err = -ENOMEM;
	if (err)
		err = complain(f, at, said, err);
	free(said);
	return err;
}

static size_t characters(const char *s, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

/* One "key=value" of the field; cuts it up. */
static int read_item(const struct csv_field *f, char *item, size_t at, struct selectors *s)
{
	char *value = strchr(item, '=');

	if (!value)
		return csv_refuse(f, at, "'%s' is no selector: write key=value", item);
	*value++ = '\0';
	if (roster_is_target(item))
		return csv_refuse(f, at,
			"'%s' says nothing of whose a workload is: it does not select tenants",
			item);
	return take(s, f, at, item, value);
}

static int read_selectors(const struct csv_field *f, struct selectors *s)
{
	char *copy = strdup(f->text), *item, *next = copy;
	int err = copy ? 0 : fail(-ENOMEM, "read %s", f->file);

	if (!err && has_control(copy))
		err = csv_refuse(f, 0, "control characters are not accepted here");
	while (!err && next) {
		item = next + strspn(next, " ");
		next = strchr(item, ';');
		if (next)
			*next++ = '\0';
		err = read_item(f, item, characters(f->text, item - copy), s);
	}
	free(copy);
	return err ? err : take(s, f, 0, NULL, NULL);
}

static int check(const struct csv_field *f)
{
	const char *fault = roster_name_fault(f[COLUMN_NAME].text);

	if (fault)
		return csv_refuse(f + COLUMN_NAME, 0, "the tenant's name %s", fault);
	fault = *f[COLUMN_CONTACT].text ? roster_contact_fault(f[COLUMN_CONTACT].text) : NULL;
	if (fault)
		return csv_refuse(f + COLUMN_CONTACT, 0, "'%s' %s", f[COLUMN_CONTACT].text, fault);
	if (!*f[COLUMN_SELECTORS].text)
		return csv_refuse(f + COLUMN_SELECTORS, 0,
			"which workloads are its? For example: container=shop-*");
	return 0;
}

static int visit(const struct csv_field *f, void *arg)
{
	const struct roster_ask *ask = arg;
	const char *contact = f[COLUMN_CONTACT].text;
	struct selectors who = {};
	struct roster_row row = { f[COLUMN_NAME].text, *contact ? contact : NULL, &who, f->file,
		f->line };
	int err = check(f);

	if (!err)
		err = read_selectors(f + COLUMN_SELECTORS, &who);
	if (!err)
		err = ask->row(&row, ask->arg);
	selectors_clear(&who);
	return err;
}

int roster_read(const char *path, const struct roster_ask *ask)
{
	struct csv_ask rows = { columns, visit, (void *)ask };

	return csv_read(path, &rows);
}
