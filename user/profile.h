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
	char *hint_note; /* a sentence to the hints, e.g. that 2525 depends on the relay */
	char *exemption; /* a sentence: how the block is lifted */
	char *source; /* URL or document */
	char *as_of; /* "2026-06" */
	char confidence; /* 'A' to 'D' as in the data files' README */
	char **dmi; /* globs: what a DMI field says there, see profile_open(); none: not recognised */
	size_t dmi_n;
};

/*
 * Reads a profile by name from the data directory ($SMTPFENCE_DATA/profiles; else ../data/profiles
 * beside the executable, as in a build tree; else what was installed), or from a path when `name` holds
 * a '/'. "here" is the first whose dmi matches sys_vendor, product_name, chassis_asset_tag or
 * bios_version below /sys/class/dmi/id ($SMTPFENCE_DMI). An unknown name is refused with the nearest
 * one. 0 or -errno, said. All text in it is safe to show.
 */
int profile_open(const char *name, struct profile **out);
void profile_free(struct profile *p);

/* Names of all profiles, sorted, with NULL behind the last; free each and the array. 0 or -errno, said. */
int profile_list(char ***names, size_t *n);

bool profile_blocks(const struct profile *p, uint16_t port);

/* "none", "drop", "reject". NULL when there is none. */
const char *profile_effect_name(uint8_t effect);
