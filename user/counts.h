/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The counters of a fence, summed, and the laws they obey. */
#pragma once

#include <stdint.h>

#include "bpf/fence.h"

struct json;

struct counts {
	uint64_t slot[FENCE_SLOTS]; /* summed over CPUs */
	uint64_t read; /* attempt records consumed */
	uint64_t unread; /* attempt records in the ring */
	uint64_t by_cgroup; /* sum over cgroups, overflow bucket and none */
	uint64_t cgroups; /* that tried, and have counters of their own */
	uint64_t last; /* FENCE_RECORD_ID of the last record consumed; 0 none */
};

/* `maps`: fds by enum kernel_map. 0 or -errno, said. */
int counts_read(const int *maps, struct counts *out);

uint64_t counts_verdict(const struct counts *c, uint8_t verdict); /* over hooks and reasons */
uint64_t counts_hook(const struct counts *c, uint8_t verdict, uint8_t hook);
uint64_t counts_attempts(const struct counts *c);

/* 0, or -EILSEQ with the broken law said. Holds at rest. */
int counts_check(const struct counts *c);

/* Members of an open JSON object. */
void counts_json(const struct counts *c, struct json *j);
