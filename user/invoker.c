/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user who asked: found from what sudo left, and his rights taken on. */
#include "invoker.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "say.h"
#include "text.h"

/* ~0 means "leave it" to the set*id() calls, so it is no user. */
#define ID_MAX (UINT32_MAX - 1)

static int number(const char *name, uint64_t *out)
{
	const char *s = getenv(name);

	if (!s)
		return refuse(-EINVAL, "SUDO_UID is set and %s is not", name);
	if (text_number(s, ID_MAX, out))
		return refuse(-EINVAL, "%s is no user or group number: '%s'", name, s);
	return 0;
}

static int names(struct invoker *i, const char *home)
{
	const struct passwd *p = getpwuid(i->uid);

	if (p && i->change)
		home = p->pw_dir;
	i->name = p ? strdup(p->pw_name) : NULL;
	i->home = home ? strdup(home) : NULL;
	if ((p && !i->name) || (home && !i->home)) {
		invoker_free(i);
		return -ENOMEM;
	}
	return 0;
}

int invoker_find(struct invoker *out)
{
	struct invoker i = { .uid = getuid(), .gid = getgid() };
	uint64_t uid = 0, gid = 0;
	int err;

	if (!geteuid() && getenv("SUDO_UID")) {
		err = number("SUDO_UID", &uid);
		if (!err)
			err = number("SUDO_GID", &gid);
		if (err)
			return err;
		if (uid)
			i = (struct invoker){ .change = true, .uid = uid, .gid = gid };
	}
	err = names(&i, getenv("HOME"));
	if (!err)
		*out = i;
	return err;
}

void invoker_free(struct invoker *i)
{
	free(i->name);
	free(i->home);
	i->name = i->home = NULL;
}

static int set_groups(const struct invoker *i)
{
	if (i->name ? initgroups(i->name, i->gid) : setgroups(1, &i->gid))
		return -errno;
	return 0;
}

int invoker_become(const struct invoker *i)
{
	int err;

	if (!i->change)
		return 0;
	err = set_groups(i);
	if (err)
		return err;
	if (setgid(i->gid) || setuid(i->uid))
		return -errno;
	return 0;
}

int invoker_enter(const struct invoker *i)
{
	int err;

	if (!i->change)
		return 0;
	err = set_groups(i);
	if (err)
		return fail(err, "take on the groups of uid %u", i->uid);
	/* Neither call can say that it failed: the number of nobody asks what is set now. */
	(void)setfsgid(i->gid);
	(void)setfsuid(i->uid);
	if ((gid_t)setfsgid(-1) != i->gid || (uid_t)setfsuid(-1) != i->uid) {
		invoker_leave(i);
		return fail(-EPERM, "reach files as uid %u", i->uid);
	}
	return 0;
}

void invoker_leave(const struct invoker *i)
{
	const gid_t gid = getegid();

	if (!i->change)
		return;
	(void)setfsuid(geteuid()); /* going back to our own cannot fail */
	(void)setfsgid(gid);
	(void)setgroups(1, &gid);
}
