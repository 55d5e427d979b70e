/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space decides: the lines of generate.py through policy, terms, match, compile and judge. */
#include <string.h>

#include "lib/bench.h"

static uint64_t id(const struct bench *b, const char *path);
static void ask(const struct bench *b, const struct bench_attempt *a, struct answer *out);

static const struct bench_side side = { .id = id, .ask = ask };

/* What is not known has one that no policy names. */
static uint64_t id(const struct bench *b, const char *path)
{
	return bench_known(b, path);
}

/* judge() takes one cgroup; the hooks, the stricter of two. */
static void ask(const struct bench *b, const struct bench_attempt *a, struct answer *out)
{
	const char *const places[] = { a->caller, a->socket };
	uint64_t cgroup[BENCH_LEVELS];
	struct answer one;
	bool any = false;

	for (int i = 0; i < 2; i++) {
		struct judge_who who = a->who;

		if (!places[i])
			continue;
		who.cgroup = cgroup;
		if (strcmp(places[i], "?"))
			who.cgroup_n = bench_ids(&side, b, places[i], cgroup);
		one = judge(b->compiled, &who, &a->to, a->now_ns);
		if (!any || stricter(&one, out))
			*out = one;
		any = true;
	}
}

int main(void)
{
	return bench_run(&side);
}
