/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <bpf/bpf.h>

#include "bpf/fence.h"
#include "cgroup.h"

#define TRIES 16 /* a hook may come between two questions */

enum due { KEEP, OVER, GONE };

static uint64_t boot_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static bool is_gone(const struct sweep *s, uint64_t id)
{
	char *path = NULL;
	int err = cgroup_path(s->mount, id, &path);

	free(path);
	return err == -ESTALE;
}

/* The same name has the same window, under any policy. 0: no term has it. */
static uint64_t window_of(const struct sweep *s, uint64_t limit)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->term[i].limit == limit)
			return s->term[i].window_ns;
	return 0;
}

static enum due due(
	const struct sweep *s, const struct fence_limit_key *key, const struct fence_limit *seen)
{
	uint64_t window = window_of(s, key->limit);

	if (!window)
		return s->others ? GONE : KEEP;
	if (seen->start_ns && (int64_t)(boot_ns() - seen->start_ns) > 2 * (int64_t)window)
		return OVER;
	/* Of what is no cgroup, user space knows nothing. */
	return key->cgroup != FENCE_CGROUP_NONE && is_gone(s, key->cgroup) ? GONE : KEEP;
}

/*
 * A hook opened the window anew while it was taken out. Another may have opened one more since: both together are not
 * known, so that one is full.
 */
static int put_back(int limits, const struct fence_limit_key *key, const struct fence_limit *last)
{
	struct fence_limit now;

	for (int i = 0; i < TRIES; i++) {
		if (!bpf_map_update_elem(limits, key, last, BPF_NOEXIST))
			return 0;
		if (errno != EEXIST)
			return -errno;
		if (!bpf_map_lookup_elem_flags(limits, key, &now, BPF_F_LOCK)) {
			now.used = UINT32_MAX;
			now.targets = FENCE_LIMIT_TARGETS;
			if (!bpf_map_update_elem(limits, key, &now, BPF_EXIST | BPF_F_LOCK))
				return 0;
		}
		if (errno != ENOENT)
			return -errno;
	}
	return -EAGAIN;
}

static int take_out(int limits, const struct fence_limit_key *key, const struct fence_limit *seen)
{
	struct fence_limit last;

	if (bpf_map_lookup_and_delete_elem_flags(limits, key, &last, BPF_F_LOCK))
		return errno == ENOENT ? 0 : -errno;
	return last.start_ns == seen->start_ns ? 0 : put_back(limits, key, &last);
}

static int look(const struct sweep *s, const struct fence_limit_key *key)
{
	struct fence_limit seen;
	enum due what;

	if (bpf_map_lookup_elem_flags(s->limits, key, &seen, BPF_F_LOCK))
		return errno == ENOENT ? 0 : -errno;
	what = due(s, key, &seen);
	if (what == OVER)
		return take_out(s->limits, key, &seen);
	if (what == GONE && bpf_map_delete_elem(s->limits, key) && errno != ENOENT)
		return -errno;
	return 0;
}

/* The next key is asked for first: after a deletion the kernel would begin anew. */
int sweep_limits(const struct sweep *s)
{
	struct fence_limit_key key, next;
	int err = 0, end = bpf_map_get_next_key(s->limits, NULL, &key) ? errno : 0;

	while (!end && !err) {
		end = bpf_map_get_next_key(s->limits, &key, &next) ? errno : 0;
		err = look(s, &key);
		key = next;
	}
	return err ?: end == ENOENT ? 0 : -end;
}

int sweep_cgroup(const struct sweep *s, uint64_t id)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct fence_limit_key key = { s->term[i].limit, id };

		if (key.limit && bpf_map_delete_elem(s->limits, &key) && errno != ENOENT)
			return -errno;
	}
	return 0;
}
