/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bestow, lift: what is told of what was given; without a fence there is nothing to give or to end. */
#include "bestow.h"

#include <errno.h>
#include <time.h>

#include "lift.h"
#include "said.h"

#include "fixture.h"

#define SECOND 1000000000ULL
#define NOW (1000000 * SECOND)

static const struct exemption one = { .id = 7,
	.since_ns = NOW,
	.until_ns = NOW + 7200 * SECOND,
	.by = "alice",
	.why = "IP warm-up",
	.selector = "container shop\a" };

static void tells(const struct bestow *b, bool json, const char *wanted)
{
	char *got = NULL;
	size_t n;
	FILE *to = open_memstream(&got, &n);

	bestow_tell(b, json, to);
	fclose(to);
	assert_string_equal(got, wanted);
	free(got);
}

static void an_exemption(void **state)
{
	struct bestow b = { .e = one, .count = { 1, 12, NULL, true, true }, .enforced = true };

	(void)state;
	tells(&b, false,
		"e7: allow container shop\\x07, for 2 h\n"
		"  until     1970-01-12 15:46:40 +00:00, asked for by alice\n"
		"  matches   1 workload, 12 processes now\n"
		"  undo      sudo smtpfence revoke e7\n");
	b.count = (struct census_count){ 2, 0, NULL, true, false };
	b.enforced = false;
	tells(&b, false,
		"e7: allow container shop\\x07, for 2 h\n"
		"  until     1970-01-12 15:46:40 +00:00, asked for by alice\n"
		"  matches   2 workloads now\n"
		"  but       the fence is in audit: nothing is blocked, this is recorded only\n"
		"  undo      sudo smtpfence revoke e7\n");
	b.e.pause = true;
	b.enforced = true;
	b.count = (struct census_count){};
	tells(&b, false,
		"e7: pause, for 2 h\n"
		"  until     1970-01-12 15:46:40 +00:00, asked for by alice\n"
		"  undo      sudo smtpfence resume\n");
}

static void a_block(void **state)
{
	struct bestow b = { .e = one, .enforced = true, .strict = true, .cut = 1, .uncut = 2 };

	(void)state;
	b.e.order.action = ACTION_BLOCK;
	tells(&b, false,
		"e7: block container shop\\x07, for 2 h\n"
		"  until     1970-01-12 15:46:40 +00:00, asked for by alice\n"
		"  ended     1 open connection\n"
		"  NOT ended 2 open connections\n"
		"  undo      sudo smtpfence revoke e7\n");
	b.cut_err = -EOPNOTSUPP; /* said when it was found out */
	b.e.selector = "unit x";
	tells(&b, false,
		"e7: block unit x, for 2 h\n"
		"  until     1970-01-12 15:46:40 +00:00, asked for by alice\n"
		"  undo      sudo smtpfence revoke e7\n");
	b.cut_err = 0;
	b.count = (struct census_count){ 3, 4, NULL, true, true };
	tells(&b, true,
		"{\"exemption\":{\"id\":\"e7\",\"state\":\"in force\",\"order\":\"block\",\"pause\":false,"
		"\"host\":true,\"selector\":\"unit x\",\"by\":\"alice\",\"reason\":\"IP warm-up\","
		"\"since\":\"1970-01-12T13:46:40.000Z\",\"until\":\"1970-01-12T15:46:40.000Z\","
		"\"left_s\":7200},\"enforced\":true,\"workloads\":3,\"processes\":4,"
		"\"connections_ended\":1,\"connections_not_ended\":2}\n");
}

static void no_fence(void **state)
{
	char dir[PATH_MAX];
	struct lift l = { .state = dir, .id = 7 };
	struct grant g = { .state = dir, .all = true, .lasts_s = 60 };
	struct bestow b = {};

	(void)state;
	fixture_begin();
	snprintf(dir, sizeof(dir), "%s/state", fixture_root);
	said_begin();
	assert_int_equal(bestow(&g, &b), -ENOENT);
	said_end("smtpfence: no fence is up: sudo smtpfence up\n");
	assert_null(b.e.by);
	bestow_clear(&b);
	grant_clear(&g);
	if (!geteuid()) { /* who looks for pins enters the mounts of process 1 */
		said_begin();
		assert_int_equal(lift(&l, stdout), -ENOENT);
		said_end("smtpfence: no fence is up: sudo smtpfence up\n");
	}
	fixture_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exemption),
		cmocka_unit_test(a_block),
		cmocka_unit_test(no_fence),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
