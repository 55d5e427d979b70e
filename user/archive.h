/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Texts of policies that were in force, by hash: events name their rules by it. */
#pragma once

#include <stdint.h>

struct policy;

/* `dir`: state_archive(). Keeps the canonical text under its hash; made 0700 where missing. 0 or -errno, said. */
int archive_keep(const char *dir, const struct policy *p, const char hash[65]);

/*
 * The kept policy whose hash begins with these 8 bytes. -ENOENT, silent, when it is not kept; -ENOTUNIQ,
 * silent, when several are that begin so; else -errno, said: -EUCLEAN when its text has changed since.
 */
int archive_find(const char *dir, uint64_t hash, struct policy **out);

/* The same by the whole hash, for a policy that is in force: all is said, -EUCLEAN when it is not kept. */
int archive_get(const char *dir, const char hash[65], struct policy **out);
