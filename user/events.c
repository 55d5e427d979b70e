/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "events.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cgroup.h"
#include "crowd.h"
#include "held.h"
#include "kernel.h"
#include "process.h"
#include "say.h"
#include "text.h"

#define PATHS 64 /* cgroup paths remembered */

struct path {
	uint64_t id;
	char *text; /* NULL: it is gone */
};

struct events {
	struct events_handler on;
	struct ring_buffer *ring;
	struct fence_cursor *cursor; /* the map's own memory */
	struct crowd *crowd;
	struct held *held;
	char *mount;
	struct path path[PATHS];
	uint64_t boot_offset_ns;
};

/*
 * A record is committed by the store to `taken`; libbpf moves the ring's position after us. Whoever
 * dies between the two has done the record's work: its successor passes it over.
 */
static bool done_before(const struct events *e, uint64_t id)
{
	return e->cursor->taken && e->cursor->last[e->cursor->taken & 1].id == id;
}

static void commit(struct events *e, uint64_t id, bool attempt)
{
	struct fence_cursor *c = e->cursor;
	uint64_t next = c->taken + 1, attempts = c->last[c->taken & 1].attempts;

	c->last[next & 1].id = id;
	c->last[next & 1].attempts = attempts + attempt;
	__atomic_store_n(&c->taken, next, __ATOMIC_RELEASE);
}

static char *name_cgroup(struct events *e, uint64_t id)
{
	struct path *p = &e->path[id % PATHS];

	if (id == FENCE_CGROUP_NONE)
		return NULL;
	if (p->id != id) {
		free(p->text);
		p->text = NULL;
		p->id = id;
		(void)cgroup_path(e->mount, id, &p->text); /* it may be gone: then unnamed */
	}
	return p->text ? strdup(p->text) : NULL;
}

static void settle(struct events *e, const struct attempt *a)
{
	if (e->on.settled)
		e->on.settled(a, e->on.arg);
}

static void take_attempt(struct events *e, const struct fence_attempt *r)
{
	struct attempt a = { .k = *r };

	a.wall_ns = r->record.time_ns + e->boot_offset_ns;
	a.subject = crowd_find(e->crowd, r);
	a.cgroup = name_cgroup(e, r->cgroup);
	e->on.attempt(&a, e->on.arg);
	if (r->verdict == VERDICT_DENIED || !e->on.settled || held_put(e->held, &a))
		settle(e, &a);
	attempt_clear(&a);
}

static int take_subject(struct events *e, const struct fence_subject *r, size_t bytes)
{
	struct subject *s;
	int err = subject_from_record(r, bytes, &s);

	if (err)
		return err;
	/*
	 * Where it runs is no secret of the kernel's, but only /proc tells it; too late is unknown. Asked
	 * for its start time afterwards: then nobody else had its number before.
	 */
	if (!s->cwd && !process_cwd(s->head.tgid, &s->cwd) &&
		!process_is(s->head.tgid, s->head.start_ns)) {
		free(s->cwd);
		s->cwd = NULL;
	}
	return crowd_put(e->crowd, s);
}

static void take_outcome(struct events *e, const struct fence_outcome *r)
{
	struct attempt *a = held_take(e->held, r->attempt);

	if (!a)
		return;
	a->outcome = *r;
	settle(e, a);
	attempt_clear(a);
	free(a);
}

static int take(void *arg, void *data, size_t bytes)
{
	const struct fence_record *r = data;
	struct events *e = arg;
	uint64_t id;
	int err = 0;

	if (bytes < sizeof(*r) || r->version != FENCE_LAYOUT)
		return -EBADMSG;
	id = FENCE_RECORD_ID(r->cpu, r->sequence);
	if (done_before(e, id))
		return 0;
	if (r->kind == RECORD_ATTEMPT && bytes >= sizeof(struct fence_attempt))
		take_attempt(e, data);
	else if (r->kind == RECORD_SUBJECT && bytes >= sizeof(struct fence_subject))
		err = take_subject(e, data, bytes);
	else if (r->kind == RECORD_OUTCOME && bytes >= sizeof(struct fence_outcome))
		take_outcome(e, data);
	else
		err = -EBADMSG;
	commit(e, id, r->kind == RECORD_ATTEMPT);
	return err;
}

/* A new reader has heard of no subject yet: the hooks tell them again. */
static int announce(int state_map)
{
	struct fence_state s;
	__u32 zero = 0;
	int err = kernel_state(state_map, &s);

	if (err)
		return err;
	/* The element is written whole: not while kernel_arm() may be about to write it, too. */
	if (!s.armed)
		return refuse(-EAGAIN, "this fence is not armed yet: nothing to read");
	s.reader++;
	if (bpf_map_update_elem(state_map, &zero, &s, BPF_EXIST))
		return fail(-errno, "announce the reader of the ring");
	return 0;
}

int events_open(const int *maps, const char *cgroup_mount, const struct events_handler *h,
	struct events **out)
{
	struct events *e = calloc(1, sizeof(*e));
	int err = 0;

	if (e)
		e->mount = strdup(cgroup_mount);
	if (!e || !e->mount || crowd_init(&e->crowd) || held_init(&e->held)) {
		err = fail(-ENOMEM, "open the ring");
		goto out;
	}
	e->on = *h;
	e->cursor = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED,
		maps[MAP_CURSOR], 0);
	if (e->cursor == MAP_FAILED) {
		e->cursor = NULL;
		err = fail(-errno, "map the cursor of the ring");
		goto out;
	}
	e->ring = ring_buffer__new(maps[MAP_EVENTS], take, e, NULL);
	if (!e->ring) {
		err = fail(-errno, "open the ring");
		goto out;
	}
	err = announce(maps[MAP_STATE]);
out:
	if (err)
		events_close(e);
	else
		*out = e;
	return err;
}

void events_close(struct events *e)
{
	if (!e)
		return;
	ring_buffer__free(e->ring);
	if (e->cursor)
		munmap(e->cursor, sysconf(_SC_PAGESIZE));
	held_free(e->held);
	crowd_free(e->crowd);
	for (int i = 0; i < PATHS; i++)
		free(e->path[i].text);
	free(e->mount);
	free(e);
}

int events_fd(const struct events *e)
{
	return ring_buffer__epoll_fd(e->ring);
}

int events_read(struct events *e)
{
	int n;

	e->boot_offset_ns = text_boot_offset();
	n = ring_buffer__consume(e->ring);
	if (n == -EBADMSG)
		return refuse(n, "a record of the ring contradicts itself");
	return n < 0 ? fail(n, "read the ring") : n;
}

void events_settle(struct events *e)
{
	struct attempt *a;

	while ((a = held_take_any(e->held))) {
		settle(e, a);
		attempt_clear(a);
		free(a);
	}
}
