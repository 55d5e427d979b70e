/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attempt.h"
#include "json.h"
#include "kernel.h"
#include "say.h"

static int read_totals(int map, struct counts *out)
{
	int cpus = libbpf_num_possible_cpus();
	__u64 *value;
	int err = 0;

	if (cpus < 0)
		return fail(cpus, "count the processors");
	value = calloc(cpus, sizeof(*value));
	if (!value)
		return fail(-ENOMEM, "read map %s", kernel_map_name(MAP_TOTALS));
	for (__u32 slot = 0; !err && slot < FENCE_SLOTS; slot++) {
		if (bpf_map_lookup_elem(map, &slot, value))
			err = fail(-errno, "read map %s", kernel_map_name(MAP_TOTALS));
		for (int i = 0; !err && i < cpus; i++)
			out->slot[slot] += value[i];
	}
	free(value);
	return err;
}

static int read_cgroups(int map, struct counts *out)
{
	struct fence_cgroup_totals t;
	__u64 key, *prev = NULL, before;

	while (!bpf_map_get_next_key(map, prev, &key)) {
		prev = &key;
		if (bpf_map_lookup_elem(map, &key, &t))
			continue;
		before = out->by_cgroup;
		for (int v = 0; v < VERDICT_COUNT; v++)
			out->by_cgroup += t.by_verdict[v];
		if (out->by_cgroup != before && key != FENCE_CGROUP_OVERFLOW &&
			key != FENCE_CGROUP_NONE)
			out->cgroups++;
	}
	return errno == ENOENT ? 0 : fail(-errno, "read map %s", kernel_map_name(MAP_CGTOTALS));
}

static int read_cursor(int map, struct counts *out)
{
	struct fence_cursor c;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(map, &zero, &c))
		return fail(-errno, "read map %s", kernel_map_name(MAP_CURSOR));
	out->read = c.last[c.taken & 1].attempts;
	out->last = c.last[c.taken & 1].id;
	return 0;
}

/* Attempts between the consumer's position and the producer's. */
static uint64_t walk_ring(const char *data, size_t size, uint64_t from, uint64_t to, uint64_t last)
{
	const struct fence_record *r;
	uint64_t attempts = 0;
	uint32_t head, bytes;

	while (from < to) {
		head = __atomic_load_n(
			(const uint32_t *)(data + (from & (size - 1))), __ATOMIC_ACQUIRE);
		bytes = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		r = (const void *)(data + (from & (size - 1)) + BPF_RINGBUF_HDR_SZ);
		if (head & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(head & BPF_RINGBUF_DISCARD_BIT) && r->kind == RECORD_ATTEMPT &&
			FENCE_RECORD_ID(r->cpu, r->sequence) != last)
			attempts++;
		from += (bytes + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
	}
	return attempts;
}

/* The ring as the kernel maps it: consumer page, producer page, data twice over. */
static int read_ring(int map, struct counts *out)
{
	struct bpf_map_info info = {};
	__u32 info_size = sizeof(info);
	size_t page = sysconf(_SC_PAGESIZE), whole;
	char *at;

	if (bpf_obj_get_info_by_fd(map, &info, &info_size))
		return fail(-errno, "look at map %s", kernel_map_name(MAP_EVENTS));
	whole = 2 * page + 2 * (size_t)info.max_entries;
	at = mmap(NULL, whole, PROT_READ, MAP_SHARED, map, 0);
	if (at == MAP_FAILED)
		return fail(-errno, "map %s", kernel_map_name(MAP_EVENTS));
	out->unread = walk_ring(at + 2 * page, info.max_entries,
		__atomic_load_n((uint64_t *)at, __ATOMIC_ACQUIRE),
		__atomic_load_n((uint64_t *)(at + page), __ATOMIC_ACQUIRE), out->last);
	munmap(at, whole);
	return 0;
}

int counts_read(const int *maps, struct counts *out)
{
	struct counts c = {};
	int err;

	err = read_totals(maps[MAP_TOTALS], &c);
	if (!err)
		err = read_cgroups(maps[MAP_CGTOTALS], &c);
	if (!err)
		err = read_cursor(maps[MAP_CURSOR], &c);
	if (!err)
		err = read_ring(maps[MAP_EVENTS], &c);
	if (!err)
		*out = c;
	return err;
}

uint64_t counts_hook(const struct counts *c, uint8_t verdict, uint8_t hook)
{
	uint64_t n = 0;

	for (int reason = 0; reason < REASON_COUNT; reason++)
		n += c->slot[FENCE_SLOT(verdict, hook, reason)];
	return n;
}

uint64_t counts_verdict(const struct counts *c, uint8_t verdict)
{
	uint64_t n = 0;

	for (int hook = 0; hook < HOOK_COUNT; hook++)
		n += counts_hook(c, verdict, hook);
	return n;
}

uint64_t counts_attempts(const struct counts *c)
{
	uint64_t n = 0;

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		n += counts_verdict(c, verdict);
	return n;
}

static int law(const char *name, uint64_t left, uint64_t right)
{
	if (left == right)
		return 0;
	return refuse(-EILSEQ, "counters disagree: %s: %llu is not %llu", name,
		(unsigned long long)left, (unsigned long long)right);
}

int counts_check(const struct counts *c)
{
	uint64_t attempts = counts_attempts(c), submitted = c->slot[SLOT_SUBMITTED];
	int err;

	err = law("attempts = submitted + summarised + lost", attempts,
		submitted + c->slot[SLOT_SUMMARISED] + c->slot[SLOT_LOST]);
	if (!err)
		err = law("submitted = read + unread", submitted, c->read + c->unread);
	return err ?: law("attempts = sum over cgroups", attempts, c->by_cgroup);
}

void counts_json(const struct counts *c, struct json *j)
{
	static const struct {
		const char *name;
		enum slot slot;
	} slots[] = {
		{ "submitted", SLOT_SUBMITTED },
		{ "summarised", SLOT_SUMMARISED },
		{ "lost", SLOT_LOST },
		{ "out_of_scope", SLOT_QUIET },
		{ "subjects", SLOT_SUBJECTS },
		{ "subjects_lost", SLOT_SUBJECTS_LOST },
		{ "outcomes", SLOT_OUTCOMES },
		{ "outcomes_lost", SLOT_OUTCOMES_LOST },
		{ "overflow", SLOT_OVERFLOW },
	};

	json_number(j, "attempts", counts_attempts(c));
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_number(j, attempt_verdict_name(v), counts_verdict(c, v));
	json_number(j, "denied_at_connect",
		counts_hook(c, VERDICT_DENIED, HOOK_CONNECT4) +
			counts_hook(c, VERDICT_DENIED, HOOK_CONNECT6));
	for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++)
		json_number(j, slots[i].name, c->slot[slots[i].slot]);
	json_number(j, "read", c->read);
	json_number(j, "unread", c->unread);
	json_number(j, "by_cgroup", c->by_cgroup);
	json_number(j, "cgroups", c->cgroups);
}
