/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Changes of the fence, each in a child: arming takes more memory than we keep, and may fail alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum job_kind {
	JOB_AGAIN, /* raise_again() */
	JOB_RELOAD, /* raise_reload(), which does what the other does, too */
	JOB_KINDS,
};

#define JOB_FIRST_MS 1000 /* between two of JOB_AGAIN; then twice as long, */
#define JOB_LAST_MS 300000 /* up to this, until none was wanted for so long */

/* All zero: nothing is wanted. */
struct job {
	pid_t child; /* 0: none */
	enum job_kind kind; /* of the child */
	bool wanted[JOB_KINDS];
	uint64_t not_before_ms; /* for JOB_AGAIN */
	uint64_t wait_ms;
};

void job_want(struct job *j, enum job_kind kind);

/*
 * Starts what is wanted and due, unless a child is at work: run(kind, arg) in a child; 0 is success. 0 or
 * -errno, said. A reload goes first, and stands for both.
 */
int job_start(struct job *j, uint64_t now_ms, int (*run)(enum job_kind kind, void *arg), void *arg);
uint64_t job_next(
	const struct job *j); /* when to call it again; UINT64_MAX: when a child has ended */

/* After SIGCHLD: true when our child has ended, and what it was. One of JOB_AGAIN that failed is wanted again. */
bool job_ended(struct job *j, enum job_kind *kind, bool *done);
void job_finish(struct job *j); /* waits for the child: a change is not left half way */
