/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "asked.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "say.h"

/* Written by rename at the end of each change, and removed when the fence goes down. */
#define FILE_NAME "asked.json"

int asked_open(const char *dir)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), err;

	if (fd >= 0 && inotify_add_watch(fd, dir, IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) >= 0)
		return fd;
	err = fail(-errno, "watch %s", dir);
	if (fd >= 0)
		(void)close(fd); /* only read */
	return err;
}

bool asked_changed(int fd)
{
	char room[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	bool changed = false;
	ssize_t n;

	while ((n = read(fd, room, sizeof(room))) > 0)
		for (char *at = room; at < room + n; at += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)at;
			changed |= (e->mask & IN_Q_OVERFLOW) ||
				   (e->len && !strcmp(e->name, FILE_NAME));
		}
	return changed;
}
