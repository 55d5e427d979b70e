/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of the run just made: written beside the old one, then put in its place. */
#include "last.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "invoker.h"
#include "say.h"

struct last {
	struct invoker who; /* strings not set: only his numbers and his name are needed */
	char *path;
	char *fresh; /* the new record's path; NULL: none made */
	int fd;
};

int last_path(const struct invoker *who, char **path)
{
	/* sudo's environment is root's: then only the user database speaks of him. */
	const char *state = who->change ? NULL : getenv("XDG_STATE_HOME");
	bool own = state && state[0] == '/';

	if (!own && (!who->home || who->home[0] != '/'))
		return -ENOENT;
	if (asprintf(path, "%s%s/smtpfence/last.jsonl", own ? state : who->home,
		    own ? "" : "/.local/state") < 0)
		return -ENOMEM;
	return 0;
}

/* Makes the directories that lead to `path`, private as the XDG specification asks. */
static int make_way(char *path)
{
	int err = 0;

	for (char *slash = strchr(path + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			err = -errno;
		*slash = '/';
	}
	return err;
}

static int create(struct last *l)
{
	int err = make_way(l->path);

	if (err)
		return err;
	if (asprintf(&l->fresh, "%s.%d", l->path, (int)getpid()) < 0) {
		l->fresh = NULL;
		return -ENOMEM;
	}
	(void)unlink(l->fresh); /* of a run that was killed; the open below says what is wrong */
	l->fd = open(l->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return l->fd < 0 ? -errno : 0;
}

int last_begin(const struct invoker *who, struct last **out)
{
	struct last *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->who = *who;
	l->who.name = l->who.home = NULL;
	l->fd = -1;
	if (who->name)
		l->who.name = strdup(who->name);
	err = last_path(who, &l->path);
	if (!err)
		err = invoker_enter(who);
	if (!err) {
		err = create(l);
		invoker_leave(who);
	}
	if (err) {
		note("no record for `smtpfence report`: %s: %s", l->path ? l->path : "no home",
			strerror(-err));
		last_close(l);
		return err;
	}
	*out = l;
	return 0;
}

int last_fd(const struct last *l)
{
	return l ? l->fd : -1;
}

int last_commit(struct last *l)
{
	int err;

	if (!l)
		return 0;
	err = invoker_enter(&l->who);
	if (err)
		return err;
	if (rename(l->fresh, l->path))
		err = -errno;
	invoker_leave(&l->who);
	if (err) {
		note("no record for `smtpfence report`: %s: %s", l->path, strerror(-err));
		return err;
	}
	free(l->fresh);
	l->fresh = NULL;
	return 0;
}

void last_close(struct last *l)
{
	if (!l)
		return;
	if (l->fresh && l->fd >= 0 && !invoker_enter(&l->who)) {
		(void)unlink(l->fresh); /* what stays is overwritten by the next with our pid */
		invoker_leave(&l->who);
	}
	if (l->fd >= 0)
		(void)close(l->fd);
	invoker_free(&l->who);
	free(l->fresh);
	free(l->path);
	free(l);
}
