/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each term orders, as the kernel takes it. Pure. */
#pragma once

#include "bpf/fence.h"

struct policy;
struct terms;

struct orders_input {
	const struct policy *policy;
	const struct terms *terms; /* of it */
	int fallback_errno; /* answers `block` where neither rule nor policy says */
	const struct fence_relay *answer; /* our SMTP responder */
};

/*
 * An element for each term, and one more, empty. A limit's state is named by what its rule says, not by
 * where it stands, so that a change elsewhere in the policy leaves its windows alone; the terms of a rule
 * share it. 0 or -ENOMEM; free *out.
 */
int orders_fill(const struct orders_input *in, struct fence_term **out);
