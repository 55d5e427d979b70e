/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subjects heard of lately, by process, start time and exec. */
#pragma once

#include "subject.h"

#define CROWD_MOST 32768 /* more than the kernel remembers to have told (fence_seen) */

struct crowd;

int crowd_init(struct crowd **out);
void crowd_free(struct crowd *c); /* NULL passes */

/* Takes the caller's reference; the oldest goes when it is full. 0 or -ENOMEM (then dropped). */
int crowd_put(struct crowd *c, struct subject *s);

/* The subject of an attempt, a new reference for the caller; NULL: never told. */
struct subject *crowd_find(const struct crowd *c, const struct fence_attempt *a);
