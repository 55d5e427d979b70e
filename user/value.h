/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a text may stand as a value of a selector. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum value_kind {
	VALUE_ACCOUNT, /* name of a user, group or tenant, or its number */
	VALUE_PROGRAM, /* absolute path */
	VALUE_CGROUP, /* absolute path below the v2 root, or a glob */
	VALUE_UNIT, /* name of a systemd unit, or a glob */
	VALUE_NAME, /* name without '/', or a glob */
	VALUE_LITERAL, /* name without '/', no glob */
	VALUE_IMAGE, /* glob */
	VALUE_RUNTIME,
	VALUE_HOST, /* name in the DNS */
	VALUE_LABEL_KEY,
	VALUE_LABEL, /* glob, may be empty */
	VALUE_KINDS,
};

/* NULL when it may; else why not, to be read behind the text: "is not the name of a unit, ...". */
const char *value_fault(enum value_kind kind, const char *s);

/* 12 to 64 hex digits, lower case: of `container:` an id or its beginning, not a name. */
bool value_is_id(const char *s);

/* What a user or group is on this machine, by name or number. 0 or -ENOENT. */
int value_uid(const char *s, uint32_t *uid);
int value_gid(const char *s, uint32_t *gid);
