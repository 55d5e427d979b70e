/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Directories of a tree as they come and go, by inotify: later than the kernel's tracepoints, but for everyone. */
#pragma once

#include <stdint.h>

struct dirwatch;

struct dirwatch_handler {
	/*
	 * Path below the top, "/" for itself; a parent before what is in it. What it returns is handed to
	 * gone(). A directory that went at once may be told of, too.
	 */
	uint64_t (*made)(const char *path, void *arg);
	void (*gone)(const char *path, uint64_t made, void *arg);
	void (*lost)(void *arg); /* something was missed: to be opened anew */
	void *arg;
};

/* Calls made() for all that is there. -errno, not said: -ENOSPC when there are more directories than watches. */
int dirwatch_open(const char *top, const struct dirwatch_handler *h, struct dirwatch **out);
void dirwatch_close(struct dirwatch *w); /* NULL passes */
int dirwatch_fd(const struct dirwatch *w); /* readable when there is news: for epoll */

/* Reads what is there. 0 or -errno as dirwatch_open(), not said. */
int dirwatch_read(struct dirwatch *w);
