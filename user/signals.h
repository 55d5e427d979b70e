/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Signals of a service, read from an fd instead of interrupting: INT, TERM, HUP, CHLD. */
#pragma once

/* Blocks them. An fd, readable when one came: for epoll. -errno, said. */
int signals_open(void);

int signals_take(int fd); /* the number of one that came; 0: none is left */
