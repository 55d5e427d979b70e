/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sums over the slots, the laws, and the walk over what waits in the ring. */
#include "user/counts.c"

#include "said.h"

#include <jansson.h>

static struct counts lawful(void)
{
	struct counts c = { .read = 5, .unread = 2, .by_cgroup = 12, .cgroups = 3 };

	c.slot[FENCE_SLOT(VERDICT_DENIED, HOOK_CONNECT4, REASON_DEFAULT)] = 4;
	c.slot[FENCE_SLOT(VERDICT_DENIED, HOOK_CONNECT6, REASON_RULE)] = 2;
	c.slot[FENCE_SLOT(VERDICT_DENIED, HOOK_EGRESS, REASON_DEPTH)] = 1;
	c.slot[FENCE_SLOT(VERDICT_AUDITED, HOOK_CONNECT4, REASON_RULE)] = 2;
	c.slot[FENCE_SLOT(VERDICT_ALLOWED, HOOK_EGRESS, REASON_OPEN)] = 1;
	c.slot[FENCE_SLOT(VERDICT_REDIRECTED, HOOK_CONNECT4, REASON_RULE)] = 1;
	c.slot[FENCE_SLOT(VERDICT_ANSWERED, HOOK_CONNECT6, REASON_EXEMPTION)] = 1;
	c.slot[SLOT_SUBMITTED] = 7;
	c.slot[SLOT_SUMMARISED] = 4;
	c.slot[SLOT_LOST] = 1;
	c.slot[SLOT_QUIET] = 99; /* no attempt */
	return c;
}

static void sums_over_hooks_and_reasons(void **state)
{
	struct counts c = lawful();

	(void)state;
	assert_int_equal(counts_hook(&c, VERDICT_DENIED, HOOK_CONNECT4), 4);
	assert_int_equal(counts_hook(&c, VERDICT_DENIED, HOOK_RELEASE), 0);
	assert_int_equal(counts_verdict(&c, VERDICT_DENIED), 7);
	assert_int_equal(counts_verdict(&c, VERDICT_AUDITED), 2);
	assert_int_equal(counts_verdict(&c, VERDICT_ALLOWED), 1);
	assert_int_equal(counts_verdict(&c, VERDICT_REDIRECTED), 1);
	assert_int_equal(counts_verdict(&c, VERDICT_ANSWERED), 1);
	assert_int_equal(counts_attempts(&c), 12);
}

static void slots_do_not_overlap(void **state)
{
	struct counts c = {};

	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++)
		for (int h = 0; h < HOOK_COUNT; h++)
			for (int r = 0; r < REASON_COUNT; r++)
				assert_int_equal(c.slot[FENCE_SLOT(v, h, r)]++, 0);
	for (int i = FENCE_ATTEMPT_SLOTS; i < FENCE_SLOTS; i++)
		assert_int_equal(c.slot[i], 0);
	assert_int_equal(counts_attempts(&c), VERDICT_COUNT * HOOK_COUNT * REASON_COUNT);
}

static void each_law_is_said_when_it_is_broken(void **state)
{
	static const char *const said[] = {
		"smtpfence: counters disagree: attempts = submitted + summarised + lost: 12 is not 13\n",
		"smtpfence: counters disagree: submitted = read + unread: 7 is not 8\n",
		"smtpfence: counters disagree: attempts = sum over cgroups: 12 is not 13\n",
	};

	(void)state;
	for (int broken = -1; broken < 3; broken++) {
		struct counts c = lawful();

		c.slot[SLOT_LOST] += broken == 0;
		c.unread += broken == 1;
		c.by_cgroup += broken == 2;
		said_begin();
		assert_int_equal(counts_check(&c), broken < 0 ? 0 : -EILSEQ);
		said_end(broken < 0 ? NULL : said[broken]);
	}
}

static void json_has_all_of_them(void **state)
{
	struct counts c = lawful();
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	struct json j;
	json_t *root;

	(void)state;
	json_init(&j, to);
	json_open(&j, NULL, '{');
	counts_json(&c, &j);
	json_close(&j, '}');
	fclose(to);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "attempts")), 12);
	assert_int_equal(json_integer_value(json_object_get(root, "denied")), 7);
	assert_int_equal(json_integer_value(json_object_get(root, "denied_at_connect")), 6);
	assert_int_equal(json_integer_value(json_object_get(root, "audited")), 2);
	assert_int_equal(json_integer_value(json_object_get(root, "allowed")), 1);
	assert_int_equal(json_integer_value(json_object_get(root, "redirected")), 1);
	assert_int_equal(json_integer_value(json_object_get(root, "answered")), 1);
	assert_int_equal(json_integer_value(json_object_get(root, "out_of_scope")), 99);
	assert_int_equal(json_integer_value(json_object_get(root, "unread")), 2);
	json_decref(root);
	free(text);
}

/* ---- the ring ---- */

#define RING 1024

/* The kernel maps a ring's data twice over, so that no record is cut in two for its reader. */
struct ring {
	_Alignas(8) char data[2 * RING];
	uint64_t end;
};

static void put(struct ring *r, uint64_t at, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		r->data[(at + i) % RING] = r->data[(at + i) % RING + RING] =
			((const char *)from)[i];
}

static void add(struct ring *r, uint8_t kind, uint32_t bytes, uint32_t flags)
{
	struct fence_record record = { .kind = kind, .cpu = 1, .sequence = r->end + 1 };
	uint32_t head[2] = { bytes | flags, 0 };

	put(r, r->end, head, sizeof(head));
	put(r, r->end + 8, &record, sizeof(record));
	r->end += (bytes + 8 + 7) / 8 * 8;
}

static void only_attempts_that_are_there_count(void **state)
{
	struct ring r = { .end = 5 * RING - 72 }; /* the first one wraps */
	uint64_t from = r.end;

	(void)state;
	assert_int_equal(walk_ring(r.data, RING, from, from, 0), 0);
	add(&r, RECORD_ATTEMPT, 100, 0);
	add(&r, RECORD_SUBJECT, 61, 0);
	add(&r, RECORD_ATTEMPT, 100, BPF_RINGBUF_DISCARD_BIT);
	add(&r, RECORD_OUTCOME, 48, 0);
	add(&r, RECORD_ATTEMPT, 97, 0);
	assert_int_equal(walk_ring(r.data, RING, from, r.end, 0), 2);
	assert_int_equal(walk_ring(r.data, RING, from + 112, r.end, 0), 1);
	/* The reader died between its commit and moving on: that one has been read. */
	assert_int_equal(walk_ring(r.data, RING, from, r.end, FENCE_RECORD_ID(1, from + 1)), 1);
	add(&r, RECORD_ATTEMPT, 100, BPF_RINGBUF_BUSY_BIT);
	add(&r, RECORD_ATTEMPT, 100, 0);
	assert_int_equal(walk_ring(r.data, RING, from, r.end, 0), 2); /* as far as a reader gets */
}

static void what_overtakes_the_walk_does_not_hold_it(void **state)
{
	struct ring r = { .end = 0 };

	(void)state;
	assert_int_equal(walk_ring(r.data, RING, 0, 64 * RING, 0), 0); /* lengths of 0 */
	memset(r.data, 0x3f, sizeof(r.data)); /* lengths past the end */
	assert_int_equal(walk_ring(r.data, RING, 0, 64 * RING, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_over_hooks_and_reasons),
		cmocka_unit_test(slots_do_not_overlap),
		cmocka_unit_test(each_law_is_said_when_it_is_broken),
		cmocka_unit_test(json_has_all_of_them),
		cmocka_unit_test(only_attempts_that_are_there_count),
		cmocka_unit_test(what_overtakes_the_walk_does_not_hold_it),
	};

	return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
