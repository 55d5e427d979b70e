/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records to attempts: each once, with its subject and its outcome; the cursor says how far. */
#include "user/events.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "attempts.h"

struct heard {
	int attempts, settled;
	struct fence_attempt last;
	bool named; /* the last one had a subject */
	uint8_t outcome[16];
	uint64_t taken; /* as the cursor stood at the last callback */
	const struct fence_cursor *cursor;
};

static struct fence_cursor cursor;
static struct heard heard;

static void on_attempt(const struct attempt *a, void *arg)
{
	struct heard *h = arg;

	h->attempts++;
	h->last = a->k;
	h->named = a->subject;
	h->taken = h->cursor->taken;
}

static void on_settled(const struct attempt *a, void *arg)
{
	struct heard *h = arg;

	h->outcome[h->settled++] = a->outcome.attempt ? a->outcome.outcome : 0xff;
}

static struct events *events(void)
{
	struct events *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->on = (struct events_handler){ on_attempt, on_settled, &heard };
	e->cursor = &cursor;
	e->mount = strdup("/nonexistent");
	assert_int_equal(crowd_init(&e->crowd) | held_init(&e->held), 0);
	return e;
}

static int start(void **state)
{
	memset(&cursor, 0, sizeof(cursor));
	memset(&heard, 0, sizeof(heard));
	heard.cursor = &cursor;
	*state = events();
	return 0;
}

static int stop(void **state)
{
	struct events *e = *state;

	e->cursor = NULL; /* it is no mapping here */
	events_close(e);
	return 0;
}

static struct fence_attempt attempt(uint64_t sequence, uint8_t verdict)
{
	return (struct fence_attempt){
		.record = { RECORD_ATTEMPT, FENCE_LAYOUT, 1, sizeof(struct fence_attempt), sequence,
			1000 },
		.id = FENCE_RECORD_ID(1, sequence),
		.start_ns = 77,
		.tgid = 0x7fffffff,
		.exec_id = 1,
		.cgroup = FENCE_CGROUP_NONE,
		.verdict = verdict,
	};
}

static int give(struct events *e, uint64_t sequence, uint8_t verdict)
{
	struct fence_attempt a = attempt(sequence, verdict);

	return take(e, &a, sizeof(a));
}

static int give_outcome(struct events *e, uint64_t sequence, uint64_t of, uint8_t outcome)
{
	struct fence_outcome o = {
		.record = { RECORD_OUTCOME, FENCE_LAYOUT, 1, sizeof(o), sequence, 2000 },
		.attempt = FENCE_RECORD_ID(1, of),
		.outcome = outcome,
	};

	return take(e, &o, sizeof(o));
}

static int give_subject(struct events *e, uint64_t sequence)
{
	struct fence_subject s = {
		.record = { RECORD_SUBJECT, FENCE_LAYOUT, 1, sizeof(s), sequence, 900 },
		.start_ns = 77,
		.tgid = 0x7fffffff,
		.exec_id = 1,
		.comm = "curl",
	};

	return take(e, &s, sizeof(s));
}

static void an_attempt_gets_its_subject(void **state)
{
	struct events *e = *state;

	assert_int_equal(give(e, 1, VERDICT_DENIED), 0);
	assert_false(heard.named);
	assert_int_equal(give_subject(e, 2), 0);
	assert_int_equal(give(e, 3, VERDICT_DENIED), 0);
	assert_true(heard.named);
	assert_int_equal(heard.attempts, 2);
	assert_int_equal(heard.settled, 2); /* what was denied has no outcome to wait for */
	assert_int_equal(cursor.taken, 3);
	assert_int_equal(cursor.last[1].attempts, 2);
	assert_int_equal(cursor.last[1].id, FENCE_RECORD_ID(1, 3));
}

static void what_was_let_through_waits_for_its_outcome(void **state)
{
	struct events *e = *state;

	give(e, 1, VERDICT_ALLOWED);
	give(e, 2, VERDICT_AUDITED);
	give(e, 3, VERDICT_ALLOWED);
	assert_int_equal(heard.settled, 0);
	assert_int_equal(give_outcome(e, 4, 2, OUTCOME_REFUSED), 0);
	assert_int_equal(heard.settled, 1);
	assert_int_equal(heard.outcome[0], OUTCOME_REFUSED);
	assert_int_equal(give_outcome(e, 5, 2, OUTCOME_CONNECTED), 0); /* only once */
	assert_int_equal(give_outcome(e, 6, 99, OUTCOME_CONNECTED), 0); /* of none we know */
	assert_int_equal(heard.settled, 1);
	events_settle(e);
	assert_int_equal(heard.settled, 3);
	assert_int_equal(heard.outcome[1], 0xff);
	events_settle(e);
	assert_int_equal(heard.settled, 3);
	assert_int_equal(cursor.last[cursor.taken & 1].attempts, 3); /* outcomes are none */
}

/* The reader before us died between its commit and the ring's moving on. */
static void what_was_committed_is_passed_over(void **state)
{
	struct events *e = *state;

	give(e, 5, VERDICT_DENIED);
	assert_int_equal(heard.taken, 0); /* told before it was committed */
	assert_int_equal(give(e, 5, VERDICT_DENIED), 0);
	assert_int_equal(heard.attempts, 1);
	assert_int_equal(cursor.taken, 1);
	give(e, 6, VERDICT_DENIED);
	assert_int_equal(heard.attempts, 2);
	assert_int_equal(cursor.taken, 2);
	assert_int_equal(cursor.last[0].attempts, 2);
	assert_int_equal(cursor.last[1].attempts, 1); /* stands until the store to `taken` */
}

static void what_contradicts_itself_is_refused(void **state)
{
	struct events *e = *state;
	struct fence_attempt a = attempt(1, VERDICT_DENIED);

	assert_int_equal(take(e, &a, sizeof(a.record) - 1), -EBADMSG);
	a.record.version = FENCE_LAYOUT + 1;
	assert_int_equal(take(e, &a, sizeof(a)), -EBADMSG);
	assert_int_equal(cursor.taken, 0);
	a.record.version = FENCE_LAYOUT;
	assert_int_equal(take(e, &a, sizeof(a) - 1), -EBADMSG);
	a.record.kind = 9;
	a.record.sequence = 2;
	assert_int_equal(take(e, &a, sizeof(a)), -EBADMSG);
	assert_int_equal(heard.attempts, 0);
	assert_int_equal(give(e, 3, VERDICT_DENIED), 0); /* the next one is read */
	assert_int_equal(heard.attempts, 1);
}

static void a_cgroup_that_is_gone_has_no_name(void **state)
{
	struct events *e = *state;

	assert_null(name_cgroup(e, FENCE_CGROUP_NONE));
	assert_null(name_cgroup(e, 12345));
	e->path[5] = (struct path){ .id = 5, .text = strdup("/a") };
	for (int i = 0; i < 2; i++) {
		char *name = name_cgroup(e, 5);

		assert_string_equal(name, "/a");
		free(name);
	}
	assert_null(name_cgroup(e, 5 + PATHS)); /* takes its place */
	assert_null(e->path[5].text);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(an_attempt_gets_its_subject),
		CASE(what_was_let_through_waits_for_its_outcome),
		CASE(what_was_committed_is_passed_over),
		CASE(what_contradicts_itself_is_refused),
		CASE(a_cgroup_that_is_gone_has_no_name),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
