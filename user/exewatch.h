/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Executables that terms name, when another file takes their place: a package was upgraded. */
#pragma once

#include <stdbool.h>

#include "terms.h"

struct exewatch;

struct exewatch_change {
	const char *path;
	struct fence_exe old; /* ino 0: nothing was known of it so far */
	struct fence_exe fresh;
	bool shared; /* another path that terms name still leads to `old` */
};

/* `t` must outlive it. 0 or -errno, said. Nothing is known of any path until exewatch_read(). */
int exewatch_open(const struct terms *t, struct exewatch **out);
void exewatch_close(struct exewatch *w); /* NULL passes */
bool exewatch_needed(const struct exewatch *w); /* some term names an executable */
int exewatch_fd(const struct exewatch *w); /* readable when something changed near one: for epoll */

/*
 * Takes what waits there, looks where each path leads now, and calls changed() where that is another file. One
 * that leads nowhere just now is as before. 0, what changed() returned if not 0, or -errno, said.
 */
int exewatch_read(
	struct exewatch *w, int (*changed)(const struct exewatch_change *c, void *arg), void *arg);
