/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs of this test share: the lines of generate.py in, policies through all rooms to compile, answers out. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile.h"
#include "exemption.h"
#include "judge.h"
#include "match.h"
#include "resolve.h"
#include "terms.h"

#define BENCH_TREE 256 /* cgroups that are known, at most */
#define BENCH_LEVELS 64
#define BENCH_GIDS 64

/* One policy, ready to be asked. */
struct bench {
	json_t *line;
	struct policy *policy;
	struct exemptions exemptions;
	struct terms terms;
	struct resolved *found;
	struct match *match;
	struct match_level level[BENCH_TREE];
	struct compiled *compiled;
};

struct bench_attempt {
	struct judge_who who; /* of no cgroup yet */
	uint32_t gid[BENCH_GIDS];
	struct judge_target to;
	const char *address; /* as the program gave it */
	const char *caller, *socket; /* "?": unknown; NULL: there is none */
	uint8_t relays; /* RELAY_* */
	uint64_t now_ns;
	unsigned number;
};

struct bench_side {
	/* Id of a cgroup, the same for the same path as long as one policy holds. */
	uint64_t (*id)(const struct bench *b, const char *path);
	void (*open)(const struct bench *b); /* a policy that was compiled */
	void (*ask)(const struct bench *b, const struct bench_attempt *a, struct answer *out);
	void (*close)(void); /* nothing is asked of the policy any more */
};

/* All of stdin. Exit status. */
int bench_run(const struct bench_side *side);

/* 1 + index of a cgroup of the tree that the policy was compiled for; 0: it is none. */
size_t bench_known(const struct bench *b, const char *path);

/* Ids of it and all above it, from the root down. */
size_t bench_ids(const struct bench_side *side, const struct bench *b, const char *path,
	uint64_t id[BENCH_LEVELS]);

/* Ends the program, unless err is 0. */
void bench_must(int err, const char *what);
