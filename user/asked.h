/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tells when another policy was put in force, or the fence was taken down: state.h's file changed. */
#pragma once

#include <stdbool.h>

/* An fd, readable when something changed in the state directory `dir`: for epoll. -errno, said. */
int asked_open(const char *dir);

bool asked_changed(int fd); /* takes what waits there */
