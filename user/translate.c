/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "translate.h"

#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "compile.h"
#include "policy.h"
#include "resolve.h"
#include "say.h"

/* What events carry of the hash: its first 8 bytes, as they are printed. */
static uint64_t short_hash(const char hex[65])
{
	char first[17];

	memcpy(first, hex, 16);
	first[16] = '\0';
	return strtoull(first, NULL, 16);
}

int translate_policy(
	const struct policy *p, int fallback_errno, struct compiled **out, char hex[65])
{
	struct resolved *found = NULL;
	struct compiled *c = NULL;
	char *mount = NULL;
	int err;

	err = cgroup_mount(&mount);
	if (!err)
		err = resolve_policy(p, mount, &found);
	free(mount);
	if (err)
		return err;
	err = compile_policy(p, found, fallback_errno, &c);
	if (!err)
		err = policy_hash(p, hex);
	resolve_free(found);
	if (err) {
		compile_free(c);
		return fail(err, "compile the policy");
	}
	c->settings.policy = short_hash(hex);
	*out = c;
	return 0;
}
