/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tells the service manager how we are: sd_notify(3), in plain datagrams. */
#pragma once

/*
 * Sends `state`, lines such as "READY=1", to the socket that NOTIFY_SOCKET names. 0, also when nobody wants to
 * know; -errno, not said.
 */
int notify_send(const char *state);

int notify_reloading(void); /* RELOADING=1 with the time, as systemd from 253 on wants it */
