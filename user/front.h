/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user's side of a run: holds the command until the fence stands, then follows it. */
#pragma once

struct invoker;
struct plan;

/*
 * All of a run as the user sees it. `argv` is our own command line, verb first. Returns our exit
 * status: the command's own, or an enum plan_status.
 */
int front_run(const struct plan *p, const struct invoker *who, char *const argv[]);
