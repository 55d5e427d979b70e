/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What smtpfenced does: follows cgroups, executables and names for the fence that is up, whichever that is. */
#pragma once

/*
 * Until SIGTERM or SIGINT; SIGHUP reads the policy's files again. `state`: absolute path of the state
 * directory, made where missing. One in each. 0 or -errno, said: -EBUSY, another one runs there.
 */
int daemon_run(const char *state);
