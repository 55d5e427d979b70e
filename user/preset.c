/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mail servers as a rule names them: exe, unit and user together. */
#include "preset.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "list.h"
#include "mta.h"
#include "say.h"
#include "selectors.h"

#define USERS 4
#define UNITS 4
#define PASSWD_LINE 4096 /* bytes of an entry that names one user */

const char *const preset_names[] = { "cpanel", "exim", "mailcow", "opensmtpd", "plesk", "postfix",
	"sendmail", NULL };

/* A way to connect. Lists are sorted: those of selectors are. */
struct way {
	const char *preset;
	const char *mta; /* name of mta.h, whose paths and client these are; NULL: in a container */
	const char *needs; /* a directory that only this kind of host has; NULL none */
	const char *user[USERS]; /* any of them, as distributions differ */
	const char *unit[UNITS];
	const char *label, *value; /* of the container */
};

/*
 * Exim has no unit: who hands a message in starts its delivery at once, so the client's cgroup is that
 * of a shell, of cron or of a web server. The program is set-user-ID and the user its own, which no one
 * else can put together. The others hand over to a daemon, and that one connects.
 */
static const struct way ways[] = {
	{ .preset = "cpanel", .mta = "Exim", .needs = "/usr/local/cpanel", .user = { "mailnull" } },
	{ .preset = "exim", .mta = "Exim", .user = { "Debian-exim", "exim" } },
	{ .preset = "mailcow", .label = "com.docker.compose.service", .value = "postfix-mailcow" },
	{ .preset = "opensmtpd",
		.mta = "OpenSMTPD",
		.user = { "_smtpd", "opensmtpd", "smtpd" },
		.unit = { "opensmtpd.service", "smtpd.service" } },
	{ .preset = "plesk",
		.mta = "Postfix",
		.needs = "/usr/local/psa",
		.user = { "postfix" },
		.unit = { "postfix.service", "postfix@*.service" } },
	{ .preset = "plesk",
		.mta = "qmail",
		.needs = "/usr/local/psa",
		.user = { "qmailr" },
		.unit = { "qmail.service" } },
	/* Debian 12 runs postfix@-.service; postfix.service there has no process. */
	{ .preset = "postfix",
		.mta = "Postfix",
		.user = { "postfix" },
		.unit = { "postfix.service", "postfix@*.service", "zimbra.service" } },
	/* Delivers as root unless RunAsUser says otherwise; smmta is Debian's for that. */
	{ .preset = "sendmail",
		.mta = "Sendmail",
		.user = { "root", "smmta" },
		.unit = { "sendmail.service" } },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static bool there(const char *root, const char *path, mode_t type)
{
	char full[PATH_MAX];
	struct stat st;

	return (size_t)snprintf(full, sizeof(full), "%s%s", root, path) < sizeof(full) &&
	       !stat(full, &st) && (st.st_mode & S_IFMT) == type;
}

/* In the user database of the machine, or in another root's file. */
static bool find_user(const char *root, const char *name, uint32_t *uid)
{
	struct passwd entry, *found = NULL;
	char line[PASSWD_LINE], path[PATH_MAX];
	FILE *f;

	if (!*root) {
		if (!getpwnam_r(name, &entry, line, sizeof(line), &found) && found)
			*uid = found->pw_uid;
		return found;
	}
	snprintf(path, sizeof(path), "%s/etc/passwd", root);
	f = fopen(path, "re");
	while (f && !fgetpwent_r(f, &entry, line, sizeof(line), &found) &&
		strcmp(entry.pw_name, name))
		found = NULL;
	if (f)
		(void)fclose(f); /* only read */
	if (found)
		*uid = found->pw_uid;
	return found;
}

static int add(struct selectors *s, enum selector which, const char *text)
{
	return list_add_text(&s->by[which].text, &s->by[which].n, text);
}

static int add_users(const char *root, const struct way *w, struct selectors *s)
{
	int err = 0;

	s->uid = calloc(USERS, sizeof(*s->uid));
	if (!s->uid)
		return -ENOMEM;
	for (size_t i = 0; !err && i < USERS && w->user[i]; i++)
		if (find_user(root, w->user[i], s->uid + s->by[SELECTOR_USER].n))
			err = add(s, SELECTOR_USER, w->user[i]);
	return err;
}

static int add_programs(const char *root, const struct way *w, struct selectors *s)
{
	const struct mta *m = mta_at(0);
	struct selectors_list *exe = &s->by[SELECTOR_EXE];
	char *client;
	int err = 0;

	for (size_t i = 1; strcmp(m->name, w->mta); i++)
		m = mta_at(i);
	for (size_t i = 0; !err && i < MTA_PATHS && m->main[i]; i++) {
		client = mta_client(m, m->main[i]);
		if (!client)
			return -ENOMEM;
		if (there(root, client, S_IFREG))
			err = add(s, SELECTOR_EXE, client);
		free(client);
	}
	list_unique_text(exe->text, &exe->n);
	return err;
}

static int add_units(const char *root, const struct way *w, struct selectors *s)
{
	int err = 0;

	if (!w->unit[0])
		return 0;
	if (!there(root, "/run/systemd/system", S_IFDIR)) {
		note("mta %s: systemd does not run here, so its unit is not asked for", w->preset);
		return 0;
	}
	for (size_t i = 0; !err && i < UNITS && w->unit[i]; i++)
		err = add(s, SELECTOR_UNIT, w->unit[i]);
	return err;
}

static int add_label(const struct way *w, struct selectors *s)
{
	struct selectors_label *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	s->label = l;
	s->label_n = 1;
	l->key = strdup(w->label);
	return l->key ? list_add_text(&l->value.text, &l->value.n, w->value) : -ENOMEM;
}

/* 0; -ENOENT when this way is not here; -ENOMEM. What it adds is the caller's, also then. */
static int fill(const char *root, const struct way *w, struct selectors *s)
{
	int err;

	if (!w->mta)
		return add_label(w, s);
	if (w->needs && !there(root, w->needs, S_IFDIR))
		return -ENOENT;
	err = add_programs(root, w, s);
	if (!err)
		err = add_users(root, w, s);
	if (!err && (!s->by[SELECTOR_EXE].n || !s->by[SELECTOR_USER].n))
		return -ENOENT;
	return err ? err : add_units(root, w, s);
}

int preset_find_below(const char *root, const char *name, struct selectors **out, size_t *n)
{
	struct selectors *s = calloc(WAYS, sizeof(*s));
	bool known = false;
	int err = s ? 0 : -ENOMEM;
	size_t found = 0;

	for (size_t i = 0; !err && i < WAYS; i++) {
		if (strcmp(ways[i].preset, name))
			continue;
		known = true;
		err = fill(root, &ways[i], s + found);
		if (!err) {
			found++;
		} else if (err == -ENOENT) {
			selectors_clear(s + found);
			s[found] = (struct selectors){};
			err = 0;
		}
	}
	if (!err && !found)
		err = known ? -ENOENT : -EINVAL;
	if (err) {
		preset_free(s, s ? WAYS : 0);
		return err;
	}
	*out = s;
	*n = found;
	return 0;
}

int preset_find(const char *name, struct selectors **out, size_t *n)
{
	return preset_find_below("", name, out, n);
}

void preset_free(struct selectors *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		selectors_clear(s + i);
	free(s);
}
