/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rule would decide an attempt, why none before it does, and what the application would see. */
#pragma once

#include <stdio.h>

#include "judge.h"

struct exemptions;
struct policy;

/* Nothing is owned. */
struct explain {
	const struct policy *policy;
	const struct exemptions *exempt; /* NULL: none */
	const struct compiled *compiled; /* of both */
	const char *hash; /* of the policy */
	const char *
		who; /* "user alice (1000), program /usr/bin/php": inert; "" nobody in particular */
	struct judge_who subject;
	struct judge_target target;
	uint64_t now_ns; /* boot clock */
};

/* For people, 80 columns; or one JSON object. *verdict gets enum verdict. 0 or -errno of `to`. */
int explain_text(const struct explain *e, FILE *to, uint8_t *verdict);
int explain_json(const struct explain *e, FILE *to, uint8_t *verdict);
