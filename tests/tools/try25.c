/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tries to reach a TCP port, in every way we know.
 *
 * try25 WAY ADDRESS PORT         one line: WAY RESULT MILLISECONDS
 * try25 WAY ADDRESS PORT COUNT   COUNT tries, then one line per result: RESULT TIMES
 * ... COUNT NOTE                 the same; to be found again among the arguments that are recorded
 *
 * RESULT is "ok", "SILENT" (nothing came back) or the errno's name. Exit status: 0 tried, 77 this kernel
 * cannot do it, 1 the way itself failed, 2 wrong usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ways/ways.h"

static const struct way *const tables[] = {
	socket_ways,
	option_ways,
	raw_ways,
	group_ways,
	crowd_ways,
};

const char *try_name(int result)
{
	if (result == 0)
		return "ok";
	if (result == TRY_SILENT)
		return "SILENT";
	return result > 0 && strerrorname_np(result) ? strerrorname_np(result) : "BROKEN";
}

int try_broken(const char *what)
{
	fprintf(stderr, "try25: %s: %s\n", what, strerror(errno));
	return TRY_BROKEN;
}

void tally_add(struct tally *t, int result)
{
	t->of[result - TRY_BROKEN]++;
}

void tally_print(const struct tally *t)
{
	for (int i = 0; i < TALLY_SLOTS; i++)
		if (t->of[i])
			printf("%s %lu\n", try_name(i + TRY_BROKEN), (unsigned long)t->of[i]);
}

static const struct way *way_find(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct way *w = tables[i]; w->name; w++)
			if (!strcmp(w->name, name))
				return w;
	return NULL;
}

static int usage(const char *why)
{
	fprintf(stderr, "try25: %s\nusage: try25 WAY ADDRESS PORT [COUNT [NOTE]]\nways:", why);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct way *w = tables[i]; w->name; w++)
			fprintf(stderr, " %s", w->name);
	fprintf(stderr, "\n");
	return 2;
}

static int aim_parse(char *const *word, struct aim *out)
{
	in_port_t port = htons(atoi(word[1]));

	*out = (struct aim){ .address = word[0], .port = word[1] };
	if (inet_pton(AF_INET, word[0], &out->to.v4.sin_addr) == 1) {
		out->to.v4.sin_family = out->family = AF_INET;
		out->to.v4.sin_port = port;
		out->bytes = sizeof(out->to.v4);
	} else if (inet_pton(AF_INET6, word[0], &out->to.v6.sin6_addr) == 1) {
		out->to.v6.sin6_family = out->family = AF_INET6;
		out->to.v6.sin6_port = port;
		out->bytes = sizeof(out->to.v6);
	} else {
		return -EINVAL;
	}
	return port ? 0 : -EINVAL;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* The ways of a crowd count for themselves; the others are repeated here. */
static int try_often(const struct way *w, const struct aim *a)
{
	struct tally tally = { { 0 } };
	int result = 0;

	for (long i = 0; i < a->count; i++) {
		result = w->try(a);
		if (result == TRY_SKIP || result == TRY_BROKEN)
			return result;
		tally_add(&tally, result);
	}
	tally_print(&tally);
	return 0;
}

static bool is_crowd(const struct way *w)
{
	for (const struct way *c = crowd_ways; c->name; c++)
		if (c == w)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const struct way *w;
	double began = now_ms();
	struct aim aim;
	int result;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || argc > 6)
		return usage("needs a way, an address and a port");
	w = way_find(argv[1]);
	if (!w)
		return usage("no such way");
	if (aim_parse(argv + 2, &aim))
		return usage("bad address or port");
	if (w->family && w->family != aim.family)
		return usage("this way needs the other address family");
	if (argc > 4)
		aim.count = atol(argv[4]);

	if (is_crowd(w)) {
		result = w->try(&aim);
	} else if (aim.count) {
		result = try_often(w, &aim);
	} else {
		result = w->try(&aim);
		if (result != TRY_SKIP && result != TRY_BROKEN)
			printf("%s %s %.1f\n", w->name, try_name(result), now_ms() - began);
	}
	if (result == TRY_SKIP)
		printf("%s: not possible on this kernel\n", w->name);
	return result == TRY_SKIP ? 77 : result == TRY_BROKEN;
}
