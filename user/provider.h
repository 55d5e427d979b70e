/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one provider does, as its data file says it, key by key (data/profiles/README.md). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_PORTS 16
#define PROFILE_HINTS 5

struct yaml;

/* How a profile looks to an application. */
enum effect {
	EFFECT_NONE, /* blocks nothing */
	EFFECT_DROP, /* silence; connect() ends in ETIMEDOUT */
	EFFECT_REJECT, /* connect() fails at once */
	EFFECT_RATE, /* slowed, not blocked: we record and do not imitate it */
	EFFECT_COUNT,
};

enum family {
	FAMILY_BOTH,
	FAMILY_V4,
	FAMILY_V6,
	FAMILY_COUNT,
};

/* Keys of the file, in the order in which they stand there; a bit each in `unknown`. */
enum provider_key {
	KEY_PROVIDER,
	KEY_ALIASES,
	KEY_PORTS,
	KEY_FAMILY,
	KEY_SCOPE,
	KEY_EFFECT,
	KEY_ERRNO,
	KEY_AFTER,
	KEY_RATE,
	KEY_WHO,
	KEY_INSTEAD,
	KEY_RELAY,
	KEY_NOTE,
	KEY_EXEMPTION,
	KEY_SOURCE,
	KEY_AS_OF,
	KEY_CONFIDENCE,
	KEY_DMI,
	KEY_COUNT,
};

/* Owned strings; NULL when the file does not say. */
struct profile {
	char *name; /* "digitalocean": the file's name without .yaml */
	char *provider; /* "DigitalOcean": for people */
	char **alias; /* "do": other names that it goes by */
	size_t alias_n;
	uint32_t
		unknown; /* bit per enum provider_key: the source does not say; what follows is then taken */
	uint16_t blocked[PROFILE_PORTS]; /* host order, ascending */
	unsigned blocked_n;
	uint16_t slowed[PROFILE_PORTS]; /* with EFFECT_RATE, and then none is blocked */
	unsigned slowed_n;
	uint8_t family; /* enum family; unknown: both */
	uint32_t scope; /* bit per enum target_class that is blocked; unknown: public */
	bool outside; /* the user's own networks are not blocked, whatever their class */
	uint8_t effect; /* enum effect; unknown: silence */
	int err; /* positive errno that stands for the effect when the answer is immediate; unknown: ETIMEDOUT */
	unsigned after_s; /* how long an application waits there; 0 unknown */
	char *rate; /* with EFFECT_RATE: "8 packets a second, 16 at once" */
	char *who; /* a sentence: which accounts have the block */
	char *hint
		[PROFILE_HINTS]; /* in order: "587", "465", "2525", "api", "relay"; what works there */
	unsigned hint_n; /* 0: unknown */
	char *relay; /* with the hint "relay": the provider's own, "Amazon SES, port 587" */
	char *hint_note; /* a sentence to the hints, e.g. that 2525 depends on the relay */
	char *exemption; /* a sentence: how the block is lifted */
	char *source; /* URL or document */
	char *as_of; /* "2026-06" */
	char confidence; /* 'A' to 'D' as in the data files' README */
	char **dmi; /* globs: what a DMI field says there, see profile_open(); none: not recognised */
	size_t dmi_n;
};

/* Fills `p` (zeroes and a name) from its file. 0 or -errno, said with line and column. */
int provider_read(struct yaml *y, struct profile *p);
void provider_clear(struct profile *p); /* what it holds, not the struct */

/* "scope", "drop", "both". NULL when there is none. */
const char *provider_key_name(enum provider_key key);
const char *provider_effect_name(uint8_t effect);
const char *provider_family_name(uint8_t family);
