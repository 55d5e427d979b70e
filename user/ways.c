/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What selectors come to when their presets and tenants are written out: the ways to match them. */
#include "ways.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "policy.h"
#include "preset.h"
#include "say.h"

static int presets_look(struct ways_presets *p, const char *name, size_t *at)
{
	size_t n = p->n;
	int err;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(p->name[i], name)) {
			*at = i;
			return 0;
		}
	err = list_grow(&p->name, n, 1, sizeof(*p->name));
	err = err ?: list_grow(&p->list, n, 1, sizeof(*p->list));
	err = err ?: list_grow(&p->list_n, n, 1, sizeof(*p->list_n));
	err = err ?: preset_find(name, &p->list[n], &p->list_n[n]);
	if (err)
		return err;
	p->name[n] = name;
	*at = p->n++;
	return 0;
}

static int add(struct ways *w, const struct selectors *s, const struct selectors *preset)
{
	int err = list_grow(&w->way, w->n, 1, sizeof(*w->way));

	if (!err)
		w->way[w->n++] = (struct way){ { s, preset } };
	return err;
}

static int add_preset(
	const struct ways_asked *a, const struct selectors *s, const char *name, struct ways *out)
{
	size_t at;
	int err = presets_look(a->presets, name, &at);

	if (err == -ENOENT)
		return refuse(err, "%s: no mail server %s is on this machine", a->where, name);
	for (size_t i = 0; !err && i < a->presets->list_n[at]; i++)
		err = add(out, s, &a->presets->list[at][i]);
	return err ? fail(err, "%s: mta %s", a->where, name) : 0;
}

int ways_add(const struct ways_asked *a, const struct selectors *s, struct ways *out)
{
	const struct selectors_list *mta = &s->by[SELECTOR_MTA];
	int err = 0;

	if (!mta->n) {
		err = add(out, s, NULL);
		return err ? fail(err, "%s", a->where) : 0;
	}
	for (size_t i = 0; !err && i < mta->n; i++)
		err = add_preset(a, s, mta->text[i], out);
	return err;
}

int ways_add_tenant(const struct ways_asked *a, const char *tenant, struct ways *out)
{
	const struct tenant *t = tenants_find(a->policy->tenant, a->policy->tenant_n, tenant);
	int err = 0;

	if (!t)
		return refuse(-ENOENT, "%s: the policy has no tenant %s", a->where, tenant);
	for (size_t i = 0; !err && i < t->any_n; i++)
		err = ways_add(a, &t->any[i], out);
	return err;
}

void ways_forget(struct ways_presets *p)
{
	for (size_t i = 0; i < p->n; i++)
		preset_free(p->list[i], p->list_n[i]);
	free(p->name);
	free(p->list);
	free(p->list_n);
	*p = (struct ways_presets){ 0 };
}
