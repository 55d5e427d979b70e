/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy and terms to bit vectors and map entries. Pure: no file, no kernel. */
#include "compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "classes.h"
#include "orders.h"
#include "policy.h"
#include "prefixes.h"
#include "resolve.h"
#include "settings.h"
#include "terms.h"
#include "vectors.h"

struct compiler {
	const struct policy *policy;
	const struct terms *terms;
	const struct resolved *found;
	const struct compile_options *options;
	struct vectors v;
	struct compiled *out;
};

/* ---- fixed vectors ---- */

/* A term without `port:` speaks of what the profile blocks (DECISIONS 11). */
static void fill_ports(struct compiler *c, size_t term)
{
	const struct fence_settings *s = &c->out->settings;
	const struct selectors *own = c->terms->term[term].part[0];
	uint16_t slots = own->port_n ? 0 : s->blocked;
	int slot;

	for (size_t i = 0; i < own->port_n; i++)
		slots |= 1U << settings_slot(s, own->port[i]);
	for (size_t i = 0; i < own->not_port_n; i++) {
		slot = settings_slot(s, own->not_port[i]);
		if (slot >= 0)
			slots &= ~(1U << slot);
	}
	for (int i = 0; i < FENCE_PORTS; i++)
		if (slots >> i & 1)
			vectors_set(&c->v.vector[VECTOR_PORT + i], term);
}

static bool by_user(const struct term *t)
{
	return term_names(t, SELECTOR_USER);
}

static bool by_group(const struct term *t)
{
	return term_names(t, SELECTOR_GROUP);
}

static bool by_exe(const struct term *t)
{
	return term_names(t, SELECTOR_EXE);
}

/* For a value that no term names; what is not known could be any of them, and fails closed. */
static const struct {
	bool (*names)(const struct term *t);
	int other, unknown;
} DIMENSIONS[] = {
	{ by_user, VECTOR_UID_OTHER, VECTOR_UID_UNKNOWN },
	{ by_group, VECTOR_GID_OTHER, VECTOR_GID_UNKNOWN },
	{ by_exe, VECTOR_EXE_OTHER, VECTOR_EXE_UNKNOWN },
	{ term_by_cgroup, VECTOR_CGROUP_OTHER, VECTOR_CGROUP_UNKNOWN },
};

static void fill_fixed(struct compiler *c)
{
	struct fence_vector *v = c->v.vector;

	for (size_t i = 0; i < c->terms->n; i++) {
		const struct term *t = &c->terms->term[i];
		bool strict = term_is_strict(t);

		if (strict)
			vectors_set(&v[VECTOR_STRICT], i);
		fill_ports(c, i);
		for (size_t d = 0; d < sizeof(DIMENSIONS) / sizeof(*DIMENSIONS); d++) {
			bool names = DIMENSIONS[d].names(t);

			if (!names)
				vectors_set(&v[DIMENSIONS[d].other], i);
			if (!names || strict)
				vectors_set(&v[DIMENSIONS[d].unknown], i);
		}
	}
}

/* ---- values ---- */

static int fill_targets(struct compiler *c)
{
	const struct prefixes_input in = { c->terms, c->found->to, c->found->to_n };
	struct compiled *out = c->out;
	struct prefixes_entry *entry;
	size_t n;
	int err = prefixes_find(&in, &c->v, &entry, &n);

	if (err)
		return err;
	out->to4 = calloc(n + 1, sizeof(*out->to4));
	out->to6 = calloc(n + 1, sizeof(*out->to6));
	if (!out->to4 || !out->to6) {
		free(entry);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		const struct address *a = &entry[i].prefix;

		if (a->family == AF_INET) {
			struct compiled_prefix4 *to = &out->to4[out->to4_n++];

			to->key.bits = a->bits;
			memcpy(to->key.addr, a->byte, sizeof(to->key.addr));
			to->to = entry[i].to;
		} else {
			struct compiled_prefix6 *to = &out->to6[out->to6_n++];

			to->key.bits = a->bits;
			memcpy(to->key.addr, a->byte, sizeof(to->key.addr));
			to->to = entry[i].to;
		}
	}
	free(entry);
	return 0;
}

static int fill_users(struct compiler *c)
{
	struct classes_input in = { .other = VECTOR_UID_OTHER };
	struct classes found = { 0 };
	int err = classes_numbers(c->terms, SELECTOR_USER, &in.pair, &in.n);

	err = err ?: classes_find(&in, &c->v, &found);
	free(in.pair);
	if (err)
		return err;
	c->out->uid = calloc(found.n + 1, sizeof(*c->out->uid));
	for (size_t i = 0; c->out->uid && i < found.n; i++)
		c->out->uid[c->out->uid_n++] =
			(struct compiled_uid){ found.entry[i].key[0], found.entry[i].vector };
	free(found.entry);
	return c->out->uid ? 0 : -ENOMEM;
}

static int by_group_id(const void *a, const void *b)
{
	const struct classes_pair *x = a, *y = b;

	return x->key[0] < y->key[0] ? -1 : x->key[0] > y->key[0];
}

/* A process has several, so each has a fixed vector of its own; the hooks join them. */
static int fill_groups(struct compiler *c)
{
	struct compiled_gid *gid;
	struct classes_pair *pair;
	size_t n, numbers_n = 0;
	int err = classes_numbers(c->terms, SELECTOR_GROUP, &pair, &n);

	if (err)
		return err;
	gid = calloc(FENCE_GIDS, sizeof(*gid));
	if (n)
		qsort(pair, n, sizeof(*pair), by_group_id);
	for (size_t i = 0; gid && i < n; i++) {
		if (!i || pair[i].key[0] != pair[i - 1].key[0]) {
			if (numbers_n == FENCE_GIDS) {
				err = -E2BIG;
				break;
			}
			gid[numbers_n] = (struct compiled_gid){ pair[i].key[0], numbers_n };
			numbers_n++;
		}
		vectors_set(&c->v.vector[VECTOR_GID + numbers_n - 1], pair[i].term);
	}
	free(pair);
	c->out->gid = gid;
	c->out->gid_n = numbers_n;
	return gid ? err : -ENOMEM;
}

static int fill_exes(struct compiler *c)
{
	const struct resolved *r = c->found;
	struct classes_input in = { .n = r->exe_n, .other = VECTOR_EXE_OTHER };
	struct classes found = { 0 };
	int err;

	in.pair = calloc(in.n + 1, sizeof(*in.pair));
	c->out->exe = calloc(in.n + 1, sizeof(*c->out->exe));
	err = in.pair && c->out->exe ? 0 : -ENOMEM;
	for (size_t i = 0; !err && i < in.n; i++)
		in.pair[i] = (struct classes_pair){ { r->exe[i].key.dev, r->exe[i].key.ino },
			r->exe[i].term };
	err = err ?: classes_find(&in, &c->v, &found);
	for (size_t i = 0; !err && i < found.n; i++)
		c->out->exe[c->out->exe_n++] =
			(struct compiled_exe){ { found.entry[i].key[0], found.entry[i].key[1] },
				found.entry[i].vector };
	free(in.pair);
	free(found.entry);
	return err;
}

/* The sets that were found are of terms by cgroup only; the others hold for every cgroup. */
static int fill_cgroups(struct compiler *c)
{
	const struct resolved *r = c->found;
	uint32_t *class = calloc(r->sets.n + 1, sizeof(*class));
	int err = class ? 0 : -ENOMEM;

	c->out->cgroup = calloc(r->cgroup_n + 1, sizeof(*c->out->cgroup));
	if (!c->out->cgroup)
		err = -ENOMEM;
	for (size_t i = VECTOR_FIRST; !err && i < r->sets.n; i++) {
		struct fence_vector set = c->v.vector[VECTOR_CGROUP_OTHER];

		vectors_join(&set, &r->sets.vector[i]);
		err = vectors_put(&c->v, &set, &class[i]);
	}
	for (size_t i = 0; !err && i < r->cgroup_n; i++)
		c->out->cgroup[c->out->cgroup_n++] = (struct compiled_cgroup){ r->cgroup[i].id,
			{ class[r->cgroup[i].own], class[r->cgroup[i].below],
				r -> cgroup[i].whole } };
	free(class);
	return err;
}

/* ---- all of it ---- */

static bool fits(const struct terms *t, const struct resolved *r)
{
	struct fence_vector by_cgroup = { { 0 } }, set;

	for (size_t i = 0; i < t->n; i++)
		if (term_by_cgroup(&t->term[i]))
			vectors_set(&by_cgroup, i);
	for (size_t i = 0; i < r->exe_n; i++)
		if (r->exe[i].term >= t->n || !by_exe(&t->term[r->exe[i].term]))
			return false;
	for (size_t i = 0; i < r->to_n; i++)
		if (r->to[i].term >= t->n || !term_names(&t->term[r->to[i].term], SELECTOR_NAME))
			return false;
	for (size_t i = VECTOR_FIRST; i < r->sets.n; i++) {
		set = r->sets.vector[i];
		vectors_join(&set, &by_cgroup);
		if (!vectors_equal(&set, &by_cgroup))
			return false;
	}
	for (size_t i = 0; i < r->cgroup_n; i++)
		if (r->cgroup[i].own >= r->sets.n || r->cgroup[i].below >= r->sets.n ||
			r->cgroup[i].own < VECTOR_FIRST || r->cgroup[i].below < VECTOR_FIRST)
			return false;
	return true;
}

static int fill(struct compiler *c)
{
	const struct orders_input orders = { c->policy, c->terms, c->options->fallback_errno,
		&c->options->answer };
	int err = settings_fill(c->policy, c->terms, c->options->fallback_errno, &c->out->settings);

	err = err ?: orders_fill(&orders, &c->out->term);
	if (err)
		return err;
	c->out->term_n = c->terms->n;
	fill_fixed(c);
	err = fill_targets(c);
	err = err ?: fill_users(c);
	err = err ?: fill_groups(c);
	err = err ?: fill_exes(c);
	return err ?: fill_cgroups(c);
}

int compile_policy(const struct policy *p, const struct terms *t, const struct resolved *found,
	const struct compile_options *o, struct compiled **out)
{
	struct compiler c = { p, t, found, o, { 0 }, NULL };
	int err;

	if (t->n > FENCE_TERMS)
		return -E2BIG;
	if (!fits(t, found))
		return -EINVAL;
	c.out = calloc(1, sizeof(*c.out));
	err = c.out ? vectors_init(&c.v) : -ENOMEM;
	err = err ?: fill(&c);
	if (!err) {
		c.out->vector = c.v.vector;
		c.out->vector_n = c.v.n;
		c.v.vector = NULL;
		*out = c.out;
		c.out = NULL;
	}
	vectors_free(&c.v);
	compile_free(c.out);
	return err;
}

void compile_free(struct compiled *c)
{
	if (!c)
		return;
	free(c->term);
	free(c->vector);
	free(c->to4);
	free(c->to6);
	free(c->uid);
	free(c->gid);
	free(c->exe);
	free(c->cgroup);
	free(c);
}

bool compile_blocks(const struct compiled *c)
{
	if (c->settings.blocked && c->settings.default_action != ACTION_ALLOW)
		return true;
	for (size_t i = 0; i < c->term_n; i++)
		if (c->term[i].action != ACTION_ALLOW && !c->term[i].audit)
			return true;
	return false;
}
