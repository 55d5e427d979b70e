/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run has seen: the line at an incident's first attempt, the records, the report. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct attempt;
struct counts;
struct plan;
struct policy;
struct tally;

struct tally_options {
	const struct plan *plan; /* these two outlive the tally */
	const struct policy *policy;
	FILE *out; /* for people: lines and report. Not owned */
	int record[2]; /* files that get each attempt as a JSON line; -1 none. Not owned */
	size_t most[2]; /* lines in it at most, so that a flood fills no disk; 0: no limit */
	bool socket_passed; /* the command was given a TCP socket */
};

/* 0 or -errno, said. */
int tally_open(const struct tally_options *o, struct tally **out);
void tally_close(struct tally *t); /* NULL passes */

/* For struct events_handler; arg: the tally. */
void tally_attempt(const struct attempt *a, void *arg);
void tally_settled(const struct attempt *a, void *arg);

/*
 * Writes out the records, then the report and how the command ended. 0 or -errno, said: a record that
 * is not whole is a failure of ours.
 */
int tally_report(struct tally *t, const struct counts *counts, int wait_status);
