/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one attempt is judged by. Pure. */
#pragma once

#include <stdbool.h>

#include "fence.h"

/* In question.relays: which families the socket can be sent to. */
#define RELAY_IP4 1
#define RELAY_IP6 2

/* The sets of terms compatible with each value of one attempt. */
struct question {
	const struct fence_vector *port;
	const struct fence_vector *to; /* terms that name the target */
	const struct fence_vector *to_any; /* terms without `to:`, asked only in scope */
	const struct fence_vector *uid;
	const struct fence_vector *euid;
	const struct fence_vector *gid_other; /* by_gid only, as the next one */
	const struct fence_vector *gid_unknown;
	const struct fence_vector *gid; /* VECTOR_GID and following, where they lie in one array */
	const struct fence_vector *exe;
	const struct fence_vector *cgroup;
	const struct fence_vector *strict;
	__u64 gids; /* bit N: has the group whose terms are VECTOR_GID + N */
	bool gids_unknown; /* there may be more */
	bool by_gid; /* some term identifies by gid */
	bool in_scope; /* the target's class is one the profile speaks of */
	bool blocked; /* the port is one the profile blocks */
	__u8 relays; /* RELAY_*; 0: it is too late to send it elsewhere */
};
