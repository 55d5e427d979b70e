/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt as a line of JSON, data/event.schema.json. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "attempt.h"

/* What is known of the policy beside the hash in k.policy; any may be NULL. Not owned. */
struct line_context {
	const char *profile;
	const char *(*rule_name)(const void *arg, uint16_t rule); /* NULL: no such rule */
	const void *arg;
};

/*
 * ECS names and the `smtpfence` object. Arguments are masked by default (values of secret options,
 * mail addresses). 0; -EINVAL: the record holds what no hook writes; -errno of `to`.
 */
int line_json(const struct attempt *a, const struct line_context *c, FILE *to);
