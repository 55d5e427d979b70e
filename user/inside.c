/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "inside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exes.h"
#include "list.h"
#include "living.h"
#include "pending.h"
#include "say.h"
#include "vectors.h"

/* Of a container's file that nobody knew before. */
struct owned {
	uint64_t cgroup;
	struct fence_exe key;
};

struct inside {
	const struct terms *terms;
	struct living *living;
	char *mount;
	struct fence_vector within; /* terms that name executables within containers */
	struct pending *pending;
	struct owned *owned;
	size_t owned_n;
};

int inside_open(const struct terms *t, struct living *l, const char *mount, struct inside **out)
{
	struct inside *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	i->terms = t;
	i->living = l;
	i->mount = strdup(mount);
	if (!i->mount || pending_open(&i->pending)) {
		inside_close(i);
		return -ENOMEM;
	}
	for (size_t n = 0; n < t->n; n++)
		if (exes_within(&t->term[n]))
			vectors_set(&i->within, n);
	*out = i;
	return 0;
}

void inside_close(struct inside *i)
{
	if (!i)
		return;
	pending_close(i->pending);
	free(i->owned);
	free(i->mount);
	free(i);
}

int inside_add(struct inside *i, uint64_t id, const char *path, const struct fence_vector *own,
	uint64_t now_ms)
{
	uint64_t both = 0;
	int err;

	for (int w = 0; w < FENCE_WORDS; w++)
		both |= own->word[w] & i->within.word[w];
	if (!both)
		return 0;
	err = pending_add(i->pending, id, path, now_ms);
	if (err != -E2BIG)
		return err;
	note("%s: too many containers wait to be looked into; this one is not", path);
	return 0;
}

static int learn(struct inside *i, uint64_t id, size_t term, const struct fence_exe *key)
{
	bool mine = false;
	int err = list_grow(&i->owned, i->owned_n, 1, sizeof(*i->owned));

	err = err ?: living_exe_join(i->living, key, term, &mine);
	if (!err && mine)
		i->owned[i->owned_n++] = (struct owned){ id, *key };
	return err;
}

/* 1: it was looked into; 0: not yet. */
static int look(uint64_t id, const char *path, void *arg)
{
	struct inside *i = arg;
	char dir[PATH_MAX];
	pid_t pid;
	int err = 0;

	(void)snprintf(dir, sizeof(dir), "%.2000s%.2000s", i->mount, path);
	if (access(dir, F_OK))
		return 1; /* its end was missed */
	if (exes_process(dir, &pid) || !exes_settled(pid))
		return 0;
	for (size_t n = 0; !err && n < i->terms->n; n++) {
		struct exes found = { 0 };

		if (!vectors_has(&i->within, n))
			continue;
		err = exes_find_in(&i->terms->term[n], pid, &found);
		for (size_t k = 0; !err && k < found.n; k++)
			err = learn(i, id, n, &found.key[k]);
		free(found.key);
	}
	return err ?: 1;
}

int inside_again(struct inside *i, uint64_t now_ms)
{
	return pending_each(i->pending, now_ms, look, i);
}

uint64_t inside_next(const struct inside *i)
{
	return pending_next(i->pending);
}

void inside_gone(struct inside *i, uint64_t id)
{
	size_t kept = 0;

	pending_drop(i->pending, id);
	for (size_t k = 0; k < i->owned_n; k++) {
		if (i->owned[k].cgroup == id)
			/* What stays for a failure selects only with such a container. */
			(void)living_exe_forget(i->living, &i->owned[k].key);
		else
			i->owned[kept++] = i->owned[k];
	}
	i->owned_n = kept;
}
