/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "living.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fill.h"
#include "guard.h"
#include "kernel.h"
#include "link.h"
#include "list.h"
#include "match.h"
#include "say.h"
#include "sweep.h"
#include "vectors.h"

#define TRIES 16 /* `up` may exchange the program between two questions */

enum map { VECTORS, CGROUPS, EXES, TO4, TO6, TERMS, LIMITS, MAPS };

static const char *const names[MAPS] = {
	[VECTORS] = "fence_vectors",
	[CGROUPS] = "fence_cgroups",
	[EXES] = "fence_exes",
	[TO4] = "fence_to4",
	[TO6] = "fence_to6",
	[TERMS] = "fence_terms",
	[LIMITS] = "fence_limits",
};

struct living {
	int fd[MAPS]; /* -1: no term needs it */
	int link;
	struct link_seen seen;
	struct fence_vector other; /* terms that do not select by cgroup */
	struct vectors sets; /* those in the kernel, from VECTOR_FIRST on */
	uint32_t *at; /* of a set in `sets`, where it stands in the kernel */
	size_t at_n;
	uint32_t next, room; /* first free index in the kernel, and one past the last */
	struct fence_term *limit; /* terms that have one */
	size_t limit_n;
};

static void close_maps(struct living *l)
{
	for (int m = 0; m < MAPS; m++) {
		if (l->fd[m] >= 0)
			(void)close(l->fd[m]);
		l->fd[m] = -1;
	}
}

/* All of one program set: whether it was exchanged meanwhile shows in the program's id. */
static int open_maps(int link, struct living *l)
{
	struct link_seen after;
	int err = -EAGAIN;

	for (int i = 0; err == -EAGAIN && i < TRIES; i++) {
		close_maps(l);
		err = link_look(link, &l->seen);
		for (int m = 0; !err && m < MAPS; m++) {
			l->fd[m] = kernel_policy_map(link, names[m]);
			err = l->fd[m] < 0 && l->fd[m] != -ENOENT ? l->fd[m] : 0;
		}
		err = err ?: link_look(link, &after);
		if (!err && after.program != l->seen.program)
			err = -EAGAIN;
	}
	return err;
}

/* Puts a set where it stands in the kernel among those we know. Of two that are equal the first is used. */
static int know(struct living *l, const struct fence_vector *set, uint32_t index)
{
	size_t before = l->sets.n;
	uint32_t mine;
	int err = vectors_put(&l->sets, set, &mine);

	if (err || l->sets.n == before)
		return err;
	err = list_grow(&l->at, l->at_n, 1, sizeof(*l->at));
	if (!err)
		l->at[l->at_n++] = index;
	return err;
}

/*
 * Behind what the policy needed there is room for more sets; they were filled from its start on, by us or
 * by who ran before us, and never with an empty one.
 */
static int learn_sets(struct living *l)
{
	static const struct fence_vector empty;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	struct fence_vector set;
	int err = 0;

	if (bpf_obj_get_info_by_fd(l->fd[VECTORS], &info, &size))
		return -errno;
	l->room = info.max_entries;
	l->next = l->room > FILL_SPARE_VECTORS ? l->room - FILL_SPARE_VECTORS : l->room;
	for (uint32_t i = VECTOR_CGROUP_OTHER; !err && i < l->room; i++) {
		if (i > VECTOR_CGROUP_OTHER && i < VECTOR_FIRST)
			continue;
		if (bpf_map_lookup_elem(l->fd[VECTORS], &i, &set))
			return -errno;
		if (i == VECTOR_CGROUP_OTHER)
			l->other = set;
		else if (i < l->next || !vectors_equal(&set, &empty))
			err = know(l, &set, i);
		else
			break;
		if (i >= l->next)
			l->next = i + 1;
	}
	return err;
}

static int learn_limits(struct living *l)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	struct fence_term term;
	int err = 0;

	if (bpf_obj_get_info_by_fd(l->fd[TERMS], &info, &size))
		return -errno;
	for (uint32_t i = 0; !err && i < info.max_entries; i++) {
		if (bpf_map_lookup_elem(l->fd[TERMS], &i, &term))
			return -errno;
		if (!term.limit)
			continue;
		err = list_grow(&l->limit, l->limit_n, 1, sizeof(term));
		if (!err)
			l->limit[l->limit_n++] = term;
	}
	return err;
}

int living_open(const struct pin *p, struct living **out)
{
	struct living *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return fail(-ENOMEM, "open the maps in force");
	for (int m = 0; m < MAPS; m++)
		l->fd[m] = -1;
	l->link = guard_link(p, HOOK_CONNECT4);
	err = l->link < 0 ? l->link : vectors_init(&l->sets);
	if (!err) {
		err = open_maps(l->link, l);
		if (!err && l->fd[VECTORS] >= 0)
			err = learn_sets(l);
		if (!err && l->fd[TERMS] >= 0 && l->fd[LIMITS] >= 0)
			err = learn_limits(l);
		if (err)
			(void)fail(err, "open the maps in force");
	}
	if (err)
		living_close(l);
	else
		*out = l;
	return err;
}

void living_close(struct living *l)
{
	if (!l)
		return;
	close_maps(l);
	if (l->link >= 0)
		(void)close(l->link);
	vectors_free(&l->sets);
	free(l->at);
	free(l->limit);
	free(l);
}

bool living_current(const struct living *l)
{
	struct link_seen now;

	return !link_look(l->link, &now) && now.program == l->seen.program && now.cgroup;
}

uint64_t living_terms(const struct living *l)
{
	return l->seen.terms;
}

bool living_by_cgroup(const struct living *l)
{
	return l->fd[CGROUPS] >= 0;
}

static int place_set(struct living *l, const struct fence_vector *set, uint32_t *index)
{
	static const struct fence_vector empty;
	size_t before = l->sets.n;
	uint32_t mine;
	int err;

	if (vectors_equal(set, &empty)) {
		*index = VECTOR_TO_OTHER; /* empty by its meaning */
		return 0;
	}
	err = vectors_put(&l->sets, set, &mine);
	if (err)
		return err;
	if (l->sets.n == before) {
		*index = l->at[mine - VECTOR_FIRST];
		return *index ? 0 : -ENOSPC;
	}
	err = list_grow(&l->at, l->at_n, 1, sizeof(*l->at));
	if (err)
		return err;
	l->at[l->at_n++] = 0; /* not in the kernel */
	if (l->next == l->room)
		return -ENOSPC;
	if (bpf_map_update_elem(l->fd[VECTORS], &l->next, set, BPF_ANY))
		return -errno;
	*index = l->at[l->at_n - 1] = l->next++;
	return 0;
}

int living_cgroup(struct living *l, uint64_t id, const struct match_level *level)
{
	struct fence_vector own = level->own, below = level->below;
	struct fence_cgroup_class class = { .whole = level->whole };
	int err;

	if (l->fd[CGROUPS] < 0)
		return 0;
	vectors_join(&own, &l->other);
	vectors_join(&below, &l->other);
	err = place_set(l, &own, &class.own);
	err = err ?: place_set(l, &below, &class.below);
	if (err)
		return err;
	if (!bpf_map_update_elem(l->fd[CGROUPS], &id, &class, BPF_ANY))
		return 0;
	return errno == E2BIG ? -ENOSPC : -errno;
}

int living_forget(struct living *l, uint64_t id)
{
	if (l->fd[CGROUPS] < 0 || !bpf_map_delete_elem(l->fd[CGROUPS], &id) || errno == ENOENT)
		return 0;
	return -errno;
}

/* By the terms of when it was opened: there may be others by now, whose limits are left alone. */
static struct sweep sweep_of(const struct living *l, const char *mount)
{
	return (struct sweep){ l->fd[LIMITS], l->limit, l->limit_n, mount, false };
}

int living_gone(struct living *l, uint64_t id)
{
	const struct sweep s = sweep_of(l, NULL);
	int err = living_forget(l, id);

	return err ?: sweep_cgroup(&s, id);
}

int living_sweep(struct living *l, const char *mount)
{
	const struct sweep s = sweep_of(l, mount);

	return l->limit_n ? sweep_limits(&s) : 0;
}

/* The next key is asked for before the visit: after a deletion the kernel would begin anew. */
int living_each(struct living *l, void (*visit)(uint64_t id, void *arg), void *arg)
{
	uint64_t id, next;
	int end;

	if (l->fd[CGROUPS] < 0)
		return 0;
	end = bpf_map_get_next_key(l->fd[CGROUPS], NULL, &id) ? errno : 0;
	while (!end) {
		end = bpf_map_get_next_key(l->fd[CGROUPS], &id, &next) ? errno : 0;
		visit(id, arg);
		id = next;
	}
	return end == ENOENT ? 0 : -end;
}

int living_exe(struct living *l, const struct fence_exe *old, const struct fence_exe *fresh)
{
	uint32_t class;

	if (l->fd[EXES] < 0)
		return -ENOENT;
	if (bpf_map_lookup_elem(l->fd[EXES], old, &class))
		return -errno;
	if (!bpf_map_update_elem(l->fd[EXES], fresh, &class, BPF_NOEXIST))
		return 0;
	/* Another's already: it would need both sets. */
	return errno == E2BIG || errno == EEXIST ? -ENOSPC : -errno;
}

int living_exe_join(struct living *l, const struct fence_exe *e, size_t term, bool *mine)
{
	uint32_t class = VECTOR_EXE_OTHER;
	struct fence_vector set;
	bool fresh;
	int err;

	if (l->fd[EXES] < 0)
		return -ENOENT;
	fresh = bpf_map_lookup_elem(l->fd[EXES], e, &class);
	if (bpf_map_lookup_elem(l->fd[VECTORS], &class, &set))
		return -errno;
	if (vectors_has(&set, term))
		return 0;
	vectors_set(&set, term);
	err = place_set(l, &set, &class);
	if (!err && bpf_map_update_elem(l->fd[EXES], e, &class, BPF_ANY))
		err = errno == E2BIG ? -ENOSPC : -errno;
	if (!err)
		*mine = fresh;
	return err;
}

int living_exe_forget(struct living *l, const struct fence_exe *e)
{
	if (l->fd[EXES] < 0 || !bpf_map_delete_elem(l->fd[EXES], e) || errno == ENOENT)
		return 0;
	return -errno;
}

bool living_has_exe(const struct living *l, const struct fence_exe *e)
{
	uint32_t class;

	return l->fd[EXES] >= 0 && !bpf_map_lookup_elem(l->fd[EXES], e, &class);
}

bool living_to(const struct living *l, const struct address *a, size_t term)
{
	struct fence_prefix4 four = { .bits = 32 };
	struct fence_prefix6 six = { .bits = 128 };
	bool v4 = a->family == AF_INET;
	struct fence_vector set;
	struct fence_to to;
	int map = v4 ? l->fd[TO4] : l->fd[TO6];

	memcpy(four.addr, a->byte, sizeof(four.addr));
	memcpy(six.addr, a->byte, sizeof(six.addr));
	if (map < 0 || bpf_map_lookup_elem(map, v4 ? (void *)&four : (void *)&six, &to) ||
		bpf_map_lookup_elem(l->fd[VECTORS], &to.named, &set))
		return false;
	return vectors_has(&set, term);
}
