/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of the run just made, in the invoking user's state directory, for `report`. */
#pragma once

struct invoker;
struct last; /* a new record, not yet in the old one's place */

/* $XDG_STATE_HOME or ~/.local/state, /smtpfence/last.jsonl. -ENOENT when he has no home. Free it. */
int last_path(const struct invoker *who, char **path);

/*
 * Begins a new record (his, mode 0600, never through a link). -errno, told as a note only: a run does
 * not need it.
 */
int last_begin(const struct invoker *who, struct last **out);
int last_fd(const struct last *l); /* to write to; owned by l; -1 when l is NULL */

/* Puts it in the place of the record before. -errno, told as a note. NULL passes. */
int last_commit(struct last *l);
void last_close(struct last *l); /* drops it unless it was committed; NULL passes */
