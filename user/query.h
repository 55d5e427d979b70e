/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A question that `explain` is asked, put to the fence that is up or to a policy file. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "selectors.h"

struct query {
	struct selectors
		about; /* as typed: whom (suspect.h), at most one address in `to` and one port */
	char *const *
		file; /* policy, then tenants' layers, with a NULL behind; the fence that is up when there is none */
	const char *state; /* directory of that fence */
	bool json;
};

/* Settles q->about. *verdict gets enum verdict. 0 or -errno, said. */
int query_explain(struct query *q, FILE *to, uint8_t *verdict);
