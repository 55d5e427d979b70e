/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose workloads are whose: `tenants:` of a policy, or a CSV file. */
#include "tenant.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "list.h"
#include "quote.h"
#include "roster.h"
#include "say.h"
#include "yaml.h"

#define ROWS_MOST 50000 /* of a CSV file */

enum key {
	KEY_CONTACT,
	KEY_IF,
};

static const char *const keys[] = { "contact", "if", NULL };
static const struct choice key_choice = { "a key of a tenant", keys, NULL };

/* Room for one more; most have one, so it grows one by one. */
static int grow_any(struct tenant *t)
{
	struct selectors *more = reallocarray(t->any, t->any_n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	t->any = more;
	return 0;
}

static void clear(struct tenant *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < t[i].any_n; k++)
			selectors_clear(t[i].any + k);
		free(t[i].any);
		free(t[i].contact);
		free(t[i].name);
	}
}

static int read_contact(const struct yaml_node *n, struct tenant *t)
{
	const char *text = yaml_scalar(n);
	const char *fault = text ? roster_contact_fault(text) : "is no mail address or URL";

	if (fault)
		return yaml_refuse(n, "'%s' %s", text ? text : "contact", fault);
	t->contact = strdup(text);
	return t->contact ? 0 : fail(-ENOMEM, "read tenants");
}

static int read_one(const struct yaml_node *n, struct tenant *t)
{
	struct yaml_node *key;
	int err;

	for (size_t i = 0; yaml_is_map(n) && yaml_at(n, i, &key); i++)
		if (roster_is_target(yaml_scalar(key)))
			return yaml_refuse(key,
				"'%s' says nothing of whose a workload is: it does not select tenants",
				yaml_scalar(key));
	if (grow_any(t))
		return fail(-ENOMEM, "read tenants");
	t->any[t->any_n] = (struct selectors){};
	err = selectors_read(n, t->any + t->any_n);
	if (err)
		return err;
	if (selectors_empty(t->any + t->any_n++))
		return yaml_refuse(n, "this selects everything, and so nobody");
	return 0;
}

static int read_if(const struct yaml_node *n, struct tenant *t)
{
	const struct yaml_node *one;
	int err = 0;

	if (!yaml_is_list(n))
		return read_one(n, t);
	if (!yaml_length(n))
		return yaml_refuse(n, "an empty list selects nothing");
	for (size_t i = 0; !err && (one = yaml_at(n, i, NULL)); i++)
		err = read_one(one, t);
	return err;
}

static int read_tenant(const struct yaml_node *key, const struct yaml_node *map, struct tenant *t)
{
	const char *fault = roster_name_fault(yaml_scalar(key));
	struct yaml_node *which, *n;
	size_t k;
	int err = 0;

	if (fault)
		return yaml_refuse(key, "the tenant's name %s", fault);
	if (!yaml_is_map(map))
		return yaml_refuse(map, "a tenant is { contact: ..., if: ... }");
	t->line = yaml_line(key);
	t->name = strdup(yaml_scalar(key));
	if (!t->name)
		return fail(-ENOMEM, "read tenants");
	for (size_t i = 0; !err && (n = yaml_at(map, i, &which)); i++) {
		err = choice_of(which, &key_choice, &k);
		if (!err)
			err = k == KEY_CONTACT ? read_contact(n, t) : read_if(n, t);
	}
	if (!err && !t->any_n)
		err = yaml_refuse(
			key, "tenant '%s' has no 'if': which workloads are its?", t->name);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tenant *)a)->name, ((const struct tenant *)b)->name);
}

static int read_map(const struct yaml_node *map, struct tenant **out, size_t *n_out)
{
	struct tenant *t = calloc(yaml_length(map) + 1, sizeof(*t));
	struct yaml_node *key, *n;
	int err = t ? 0 : fail(-ENOMEM, "read tenants");
	size_t i;

	for (i = 0; !err && (n = yaml_at(map, i, &key)); i++)
		err = read_tenant(key, n, t + i);
	if (err) {
		tenants_free(t, i);
		return err;
	}
	qsort(t, i, sizeof(*t), by_name);
	*out = t;
	*n_out = i;
	return 0;
}

struct rows {
	struct tenant *t;
	size_t n;
};

static int take_row(const struct roster_row *row, void *arg)
{
	struct rows *r = arg;
	struct tenant *t;

	if (r->n == ROWS_MOST)
		return refuse(-E2BIG, "%s:%u: more than %d rows", row->file, row->line, ROWS_MOST);
	if (list_grow(&r->t, r->n, 1, sizeof(*r->t)))
		return fail(-ENOMEM, "read %s", row->file);
	t = r->t + r->n++;
	*t = (struct tenant){ .name = strdup(row->name), .line = row->line };
	t->contact = row->contact ? strdup(row->contact) : NULL;
	if (!t->name || (row->contact && !t->contact) || grow_any(t))
		return fail(-ENOMEM, "read %s", row->file);
	t->any[t->any_n++] = *row->who;
	*row->who = (struct selectors){};
	return 0;
}

static int by_name_and_line(const void *a, const void *b)
{
	const struct tenant *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Moves what a later row of the same tenant has to its first one. */
static int fold(const char *path, struct tenant *to, struct tenant *from)
{
	if (to->contact && from->contact && strcmp(to->contact, from->contact))
		return refuse(-EINVAL, "%s:%u: tenant '%s' has another contact in line %u", path,
			from->line, to->name, to->line);
	if (grow_any(to))
		return fail(-ENOMEM, "read %s", path);
	if (!to->contact) {
		to->contact = from->contact;
		from->contact = NULL;
	}
	to->any[to->any_n++] = *from->any;
	from->any_n = 0;
	return 0;
}

/* Rows of one tenant become one; *n of them remain in front. */
static int fold_all(const char *path, struct tenant *t, size_t rows, size_t *n)
{
	struct tenant swap;
	size_t kept = 0;
	int err = 0;

	if (rows)
		qsort(t, rows, sizeof(*t), by_name_and_line);
	for (size_t i = 1; !err && i < rows; i++) {
		if (!strcmp(t[kept].name, t[i].name)) {
			err = fold(path, t + kept, t + i);
			continue;
		}
		swap = t[++kept];
		t[kept] = t[i];
		t[i] = swap; /* a row that has been folded, or the same one */
	}
	*n = rows ? kept + 1 : 0;
	return err;
}

static int read_csv(const char *path, struct tenant **out, size_t *n_out)
{
	struct rows r = {};
	struct roster_ask ask = { take_row, &r };
	size_t n = 0;
	int err = roster_read(path, &ask);

	if (!err)
		err = fold_all(path, r.t, r.n, &n);
	if (err) {
		tenants_free(r.t, r.n);
		return err;
	}
	clear(r.t + n, r.n - n);
	*out = r.t;
	*n_out = n;
	return 0;
}

/* Where a relative path leads to: beside the policy, wherever one types. */
static int read_file(
	const struct yaml_node *n, const char *beside, struct tenant **out, size_t *n_out)
{
	const char *file = yaml_scalar(n), *slash = beside ? strrchr(beside, '/') : NULL;
	char path[PATH_MAX];
	size_t dir = *file != '/' && slash ? slash + 1 - beside : 0;

	if (!*file || !strcmp(file, "-"))
		return yaml_refuse(n, "'%s' is no CSV file", file);
	if ((size_t)snprintf(path, sizeof(path), "%.*s%s", (int)dir, beside ? beside : "", file) >=
		sizeof(path))
		return yaml_refuse(n, "the path of this file is too long");
	return read_csv(path, out, n_out);
}

int tenants_read(const struct yaml_node *n, const char *beside, struct tenant **out, size_t *n_out)
{
	if (yaml_is_map(n))
		return read_map(n, out, n_out);
	if (yaml_scalar(n))
		return read_file(n, beside, out, n_out);
	return yaml_refuse(
		n, "tenants are NAME: { contact: ..., if: ... }, or the path of a CSV file");
}

void tenants_free(struct tenant *t, size_t n)
{
	clear(t, n);
	free(t);
}

const struct tenant *tenants_find(const struct tenant *t, size_t n, const char *name)
{
	struct tenant key = { .name = (char *)name };

	return n ? bsearch(&key, t, n, sizeof(*t), by_name) : NULL;
}

void tenants_print(FILE *to, const struct tenant *t, size_t n)
{
	if (n)
		fputs("tenants:\n", to);
	for (size_t i = 0; i < n; i++) {
		fputs("  ", to);
		quote_yaml(to, t[i].name);
		fputs(":\n", to);
		if (t[i].contact) {
			fputs("    contact: ", to);
			quote_yaml(to, t[i].contact);
			fputc('\n', to);
		}
		fputs(t[i].any_n > 1 ? "    if:\n" : "    if: ", to);
		for (size_t k = 0; k < t[i].any_n; k++) {
			fputs(t[i].any_n > 1 ? "      - " : "", to);
			selectors_print(to, t[i].any + k);
			fputc('\n', to);
		}
	}
}
