/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Profiles by name: from the data directory, by alias, by path, or of this machine. */
#include "profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dmi.h"
#include "list.h"
#include "say.h"
#include "shelf.h"
#include "text.h"
#include "yaml.h"

#define KIND "profiles"

/* The file's name without directory and ".yaml". */
static char *name_of(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t n = strlen(base);

	return strndup(base, n > 5 && !strcmp(base + n - 5, ".yaml") ? n - 5 : n);
}

static int open_path(const char *path, struct profile **out)
{
	struct profile *p = calloc(1, sizeof(*p));
	struct yaml *y = NULL;
	int err;

	if (!p || !(p->name = name_of(path))) {
		err = fail(-ENOMEM, "read %s", path);
		goto out;
	}
	err = yaml_open(path, &y);
	if (!err)
		err = provider_read(y, p);
	if (err)
		goto out;
	*out = p;
	p = NULL;
out:
	yaml_close(y);
	profile_free(p);
	return err;
}

/* 0 with nothing in `out`: no file has that name. */
static int open_file(const char *name, struct profile **out)
{
	char *path = NULL;
	int err = shelf_path(KIND, name, &path);

	if (!err && path)
		err = open_path(path, out);
	free(path);
	return err;
}

static bool has_alias(const struct profile *p, const void *name)
{
	for (size_t i = 0; i < p->alias_n; i++)
		if (!strcmp(p->alias[i], name))
			return true;
	return false;
}

static bool has_dmi(const struct profile *p, const void *dmi)
{
	for (size_t i = 0; i < p->dmi_n; i++)
		if (dmi_matches(dmi, p->dmi[i]))
			return true;
	return false;
}

/* The first profile of which `is` holds; 0 with nothing in `out`: of none. */
static int find(
	bool (*is)(const struct profile *, const void *), const void *what, struct profile **out)
{
	struct profile *p = NULL;
	char **names = NULL;
	size_t n = 0;
	bool found = false;
	int err = profile_list(&names, &n);

	for (size_t i = 0; !err && !found && i < n; i++) {
		profile_free(p);
		p = NULL;
		err = open_file(names[i], &p);
		found = p && is(p, what);
	}
	list_free_text(names, n);
	if (found)
		*out = p;
	else
		profile_free(p);
	return err;
}

static int add_aliases(const char *name, char ***names, size_t *n)
{
	struct profile *p = NULL;
	int err = open_file(name, &p);

	for (size_t i = 0; p && !err && i < p->alias_n; i++)
		if (list_add_text(names, n, p->alias[i]))
			err = fail(-ENOMEM, "list profiles");
	profile_free(p);
	return err;
}

/* With `at` it is a value in a file. */
static int refuse_unknown(const char *name, const struct yaml_node *at)
{
	const char *near, *mean;
	char **names = NULL;
	size_t n = 0, files;
	int err = profile_list(&names, &n);

	files = n;
	for (size_t i = 0; !err && i < files; i++)
		err = add_aliases(names[i], &names, &n);
	if (err)
		goto out;
	near = text_nearest(name, (const char *const *)names, n);
	mean = near ? "; did you mean '" : "";
	err = -ENOENT;
	if (at)
		err = yaml_refuse(at,
			"'%.100s' is not a profile (smtpfence profiles lists them)%s%s%s", name,
			mean, near ? near : "", near ? "'?" : "");
	else if (near)
		refuse(err, "no profile '%s'; did you mean '%s'?", name, near);
	else
		refuse(err, "no profile '%s'; smtpfence profiles lists them", name);
out:
	list_free_text(names, n);
	return err;
}

static int open_here(struct profile **out)
{
	struct profile *p = NULL;
	struct dmi d;
	int err;

	dmi_read(&d);
	err = find(has_dmi, &d, &p);
	if (!err && !p)
		return refuse(-ENOENT,
			"'here' is not recognised: this machine calls itself '%s', '%s'; name a profile (smtpfence profiles)",
			d.vendor, d.product);
	if (err)
		return err;
	note("profile here: %s (this machine calls itself '%s', '%s')", p->name, d.vendor,
		d.product);
	*out = p;
	return 0;
}

static int open_any(const char *name, const struct yaml_node *at, struct profile **out)
{
	struct profile *p = NULL;
	int err;

	if (!strcmp(name, "here"))
		return open_here(out);
	if (strchr(name, '/'))
		return open_path(name, out);
	err = open_file(name, &p);
	if (!err && !p)
		err = find(has_alias, name, &p);
	if (!err && !p)
		err = refuse_unknown(name, at);
	if (!err)
		*out = p;
	return err;
}

int profile_open(const char *name, struct profile **out)
{
	return open_any(name, NULL, out);
}

int profile_named(const struct yaml_node *n, struct profile **out)
{
	const char *s = yaml_scalar(n);

	if (!s || !*s)
		return yaml_refuse(
			n, "the name of a profile is expected here; smtpfence profiles lists them");
	return open_any(s, n, out);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	provider_clear(p);
	free(p);
}

int profile_list(char ***names, size_t *n)
{
	return shelf_names(KIND, names, n);
}

bool profile_blocks(const struct profile *p, uint16_t port)
{
	for (unsigned i = 0; i < p->blocked_n; i++)
		if (p->blocked[i] == port)
			return true;
	return false;
}

uint32_t profile_scope(const struct profile *p, int family)
{
	static const int alone[FAMILY_COUNT] = { [FAMILY_V4] = AF_INET, [FAMILY_V6] = AF_INET6 };

	return !alone[p->family] || alone[p->family] == family ? p->scope : 0;
}

bool profile_unknown(const struct profile *p, enum provider_key key)
{
	return p->unknown >> key & 1;
}
