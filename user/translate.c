/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "translate.h"

#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "compile.h"
#include "container.h"
#include "policy.h"
#include "resolve.h"
#include "say.h"
#include "terms.h"

/* What events carry of the hash: its first 8 bytes, as they are printed. */
static uint64_t short_hash(const char hex[65])
{
	char first[17];

	memcpy(first, hex, 16);
	first[16] = '\0';
	return strtoull(first, NULL, 16);
}

static int resolve(const struct terms *t, struct resolved **out)
{
	struct containers *c = NULL;
	char *mount = NULL;
	int err = containers_open(NULL, &c);

	if (err)
		return fail(err, "look for containers");
	err = cgroup_mount(&mount);
	err = err ?: resolve_terms(t, mount, c, out);
	free(mount);
	containers_close(c);
	return err;
}

int translate_policy(const struct policy *p, const struct exemptions *e, int fallback_errno,
	struct compiled **out, char hex[65])
{
	const struct compile_options options = { .fallback_errno = fallback_errno };
	struct resolved *found = NULL;
	struct compiled *c = NULL;
	struct terms t = { 0 };
	char hash[65];
	int err = terms_list(p, e, &t);

	err = err ?: resolve(&t, &found);
	if (!err) {
		err = compile_policy(p, &t, found, &options, &c);
		err = err ?: policy_hash(p, hash);
		if (err)
			(void)fail(err, "compile the policy");
	}
	resolve_free(found);
	terms_clear(&t);
	if (err) {
		compile_free(c);
		return err;
	}
	memcpy(hex, hash, sizeof(hash));
	c->settings.policy = short_hash(hex);
	*out = c;
	return 0;
}
