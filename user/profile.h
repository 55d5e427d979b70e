/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one provider blocks, for which destinations, how it looks, and what to use instead. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_PORTS 16
#define PROFILE_HINTS 4

/* How a profile looks to an application. */
enum effect {
	EFFECT_NONE, /* blocks nothing */
	EFFECT_DROP, /* silence; connect() ends in ETIMEDOUT */
	EFFECT_REJECT, /* connect() fails at once */
	EFFECT_COUNT,
};

/* Owned strings; NULL when the file does not say. */
struct profile {
	char *name; /* "digitalocean": the file's name without .yaml */
	char *provider; /* "DigitalOcean": for people */
	uint16_t blocked[PROFILE_PORTS]; /* host order, ascending */
	unsigned blocked_n;
	uint32_t scope; /* bit per enum target_class that is blocked */
	uint8_t effect; /* enum effect */
	int err; /* positive errno that stands for the effect when the answer is immediate */
	unsigned after_s; /* how long an application waits there; 0 unknown */
	char *hint[PROFILE_HINTS]; /* in order: "587", "465", "2525", "api"; what works there */
	unsigned hint_n;
	char *hint_note; /* one sentence to the hint, e.g. that 2525 depends on the relay */
	char *exemption; /* one sentence: how the block is lifted */
	char *source; /* URL or document */
	char *as_of; /* "2026-06" */
	char confidence; /* 'A' to 'D' as in the data files' README */
	char *dmi; /* what `sys_vendor` or `product_name` of DMI contains there; NULL: not recognised */
};

/*
 * Reads a profile by name from the data directory (PROFILE_DIR, or $SMTPFENCE_DATA/profiles), or
 * from a path when `name` holds a '/'. "here" is recognised from /sys/class/dmi/id. An unknown name
 * is refused with the nearest one. 0 or -errno, said.
 */
int profile_open(const char *name, struct profile **out);
void profile_free(struct profile *p);

/* Names of all profiles, sorted; free each and the array. 0 or -errno. */
int profile_list(char ***names, size_t *n);

bool profile_blocks(const struct profile *p, uint16_t port);
