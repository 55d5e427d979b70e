/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many tries at once: a storm on every CPU, and thousands of processes that live a millisecond. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ways.h"

#define CPUS 64

struct storm {
	volatile sig_atomic_t over;
	struct tally tally[CPUS];
};

static struct storm
	*storm; /* shared with the processes that try; a signal handler has no argument */

static void end_storm(int signal)
{
	(void)signal;
	storm->over = 1;
}

/* The tries of one process, on one CPU, until `end`. */
static void storm_one(const struct aim *a, int cpu, time_t end)
{
	struct timespec now;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set); /* a CPU that is off: run anywhere */
	do {
		for (int i = 0; i < 64; i++)
			tally_add(&storm->tally[cpu], try_plain(a));
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end && !storm->over);
}

/* Blocking connects on all CPUs for COUNT seconds, or until SIGTERM. */
static int try_storm(const struct aim *a)
{
	const struct sigaction end = { .sa_handler = end_storm, .sa_flags = SA_RESTART };
	int cpus = get_nprocs() < CPUS ? get_nprocs() : CPUS, status, bad = 0;
	struct timespec now;

	storm = mmap(
		NULL, sizeof(*storm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (storm == MAP_FAILED)
		return try_broken("mmap");
	sigaction(SIGTERM, &end, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (int i = 0; i < cpus; i++) {
		if (fork())
			continue;
		storm_one(a, i, now.tv_sec + (a->count ? a->count : 1));
		_exit(0);
	}
	for (int i = 0; i < cpus; i++)
		bad |= wait(&status) < 0 || status;
	for (int i = 1; i < cpus; i++)
		for (int slot = 0; slot < TALLY_SLOTS; slot++)
			storm->tally[0].of[slot] += storm->tally[i].of[slot];
	tally_print(&storm->tally[0]);
	return bad ? TRY_BROKEN : 0;
}

/*
 * COUNT processes, one after the other, each executed anew with an argument of its own ("many-7"), each
 * trying once. $TRY25_PIDS gets a line for each: its pid and that argument.
 */
static int try_many(const struct aim *a)
{
	const char *path = getenv("TRY25_PIDS");
	FILE *pids = path ? fopen(path, "we") : NULL;
	struct tally tally = { { 0 } };
	char tag[32];

	if (path && !pids)
		return try_broken(path);
	for (long i = 0; i < a->count; i++) {
		int pid, result;

		snprintf(tag, sizeof(tag), "many-%ld", i);
		result = try_executed(a, tag, &pid);
		if (result == TRY_BROKEN)
			return result;
		tally_add(&tally, result);
		if (pids)
			fprintf(pids, "%d %s\n", pid, tag);
	}
	tally_print(&tally);
	return pids && fclose(pids) ? try_broken(path) : 0;
}

/* What the processes of `many` and `forkexec` do: the exit status is the result. */
static int try_once(const struct aim *a)
{
	int result = try_plain(a);

	_exit(result == TRY_SILENT ? 255 : result);
}

const struct way crowd_ways[] = {
	{ "storm", AF_UNSPEC, try_storm },
	{ "many", AF_UNSPEC, try_many },
	{ "once", AF_UNSPEC, try_once },
	{ NULL, 0, NULL },
};
