/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who somebody that selectors describe would be to the hooks, on this machine, now. */
#include "suspect.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "cgroup.h"
#include "compile.h"
#include "exemption.h"
#include "exes.h"
#include "phrase.h"
#include "policy.h"
#include "process.h"
#include "say.h"
#include "text.h"

#define HOUR_NS 3600000000000ULL /* only what is in force is counted */
#define LAST_UID (UINT32_MAX - 2) /* nobody's: ids are given out from below */

static const char *only(const struct selectors *s, enum selector which)
{
	return s->by[which].n ? s->by[which].text[0] : NULL;
}

static bool names_uid(const struct compiled *c, uint32_t uid)
{
	for (size_t i = 0; i < c->uid_n; i++)
		if (c->uid[i].uid == uid)
			return true;
	return false;
}

/* Those of the user database. */
static void find_groups(uint32_t uid, struct fate_subject *is)
{
	struct passwd *p = getpwuid(uid);
	gid_t group[FENCE_GROUPS + 3];
	int n = FENCE_GROUPS + 3;

	is->gids_known = true;
	if (!p)
		return;
	if (getgrouplist(p->pw_name, p->pw_gid, group, &n) < 0)
		n = FENCE_GROUPS + 3; /* more than the hooks look at */
	for (int i = 0; i < n; i++)
		is->gid[is->gid_n++] = group[i];
}

static void find_user(const struct suspect_ask *ask, struct suspect *out)
{
	const struct selectors *s = ask->who;
	char name[64];

	out->is.uid = LAST_UID;
	if (s->by[SELECTOR_USER].n) {
		out->is.uid = s->uid[0];
		process_user(name, sizeof(name), s->uid[0]);
		phrase_add(out->text, sizeof(out->text), "user ");
		phrase_add_inert(out->text, sizeof(out->text), name, strlen(name));
		phrase_add(out->text, sizeof(out->text), " (%u)", s->uid[0]);
	}
	while (!s->by[SELECTOR_USER].n && names_uid(ask->compiled, out->is.uid))
		out->is.uid--;
	if (!s->by[SELECTOR_GROUP].n) {
		find_groups(out->is.uid, &out->is);
		return;
	}
	out->is.gids_known = true;
	for (size_t i = 0; i < s->by[SELECTOR_GROUP].n && i < FENCE_GROUPS + 3; i++) {
		const char *group = s->by[SELECTOR_GROUP].text[i];

		out->is.gid[out->is.gid_n++] = s->gid[i];
		phrase_add(out->text, sizeof(out->text), "%sgroup ", *out->text ? ", " : "");
		phrase_add_inert(out->text, sizeof(out->text), group, strlen(group));
	}
}

/* The first cgroup in the fence that all of the place's selectors match: its path. */
static int find_place(const struct suspect_ask *ask, char **path)
{
	struct exemption e = { .who = *ask->who, .until_ns = text_wall_now() + HOUR_NS };
	const struct census_ask of = { .policy = ask->policy, .e = &e, .fence = ask->fence };
	struct census_count count;
	struct census *c = NULL;
	int err;

	/* only what asks for a place; nothing is owned */
	e.who.by[SELECTOR_USER].n = e.who.by[SELECTOR_GROUP].n = e.who.by[SELECTOR_EXE].n = 0;
	e.who.to_n = e.who.to_classes = e.who.port_n = 0;
	err = census_open(&of, &c);
	err = err ?: census_take(c, &count);
	if (!err && !count.first)
		err = census_refuse(c);
	if (!err)
		*path = strdup(count.first);
	if (!err && !*path)
		err = fail(-ENOMEM, "look who that is");
	census_close(c);
	return err;
}

/* `dir`: of the place; NULL none. */
static int find_program(const struct suspect_ask *ask, const char *dir, struct suspect *out)
{
	const char *exe = only(ask->who, SELECTOR_EXE);
	char seen[PATH_MAX];
	pid_t pid;
	int err;

	out->is.exe = (struct fence_exe){ ~0ULL, ~0ULL }; /* no file's */
	if (!exe)
		return 0;
	snprintf(seen, sizeof(seen), "%s", exe);
	if (dir && selectors_by_container(ask->who) && !exes_process(dir, &pid))
		snprintf(seen, sizeof(seen), "/proc/%d/root%.4000s", pid, exe);
	err = process_exe_key(seen, &out->is.exe);
	if (err)
		return fail(err, "find the program %s", exe);
	phrase_add(out->text, sizeof(out->text), "%sprogram ", *out->text ? ", " : "");
	phrase_add_inert(out->text, sizeof(out->text), exe, strlen(exe));
	return 0;
}

/* Several of one kind are an alternative, not somebody. */
static int check(const struct selectors *s)
{
	for (int i = 0; i < SELECTOR_COUNT; i++)
		if (s->by[i].n > 1 && i != SELECTOR_GROUP)
			return refuse(
				-EINVAL, "--%s: one is explained at a time", selector_names[i]);
	return 0;
}

int suspect_find(const struct suspect_ask *ask, struct suspect *out)
{
	char *mount = NULL, *path = NULL, *dir = NULL;
	int err = check(ask->who);

	memset(out, 0, sizeof(*out));
	err = err ?: cgroup_mount(&mount);
	if (!err && selectors_by_cgroup(ask->who))
		err = find_place(ask, &path);
	if (!err && path && asprintf(&dir, "%s%s", mount, path) < 0) {
		dir = NULL;
		err = fail(-ENOMEM, "look who that is");
	}
	if (err)
		goto out;
	find_user(ask, out);
	err = find_program(ask, dir, out);
	if (err)
		goto out;
	fate_place(mount, path ? path : "/", &out->is);
	if (path) {
		phrase_add(out->text, sizeof(out->text), "%scgroup ", *out->text ? ", " : "");
		phrase_add_inert(out->text, sizeof(out->text), path, strlen(path));
	}
out:
	free(mount);
	free(path);
	free(dir);
	return err;
}
