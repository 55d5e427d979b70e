/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A run tells each incident once, writes each attempt once, and says how the command ended. */
#include "tally.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#include "attempts.h"
#include "counts.h"
#include "plan.h"
#include "policy.h"

static char *const command[] = { "python3", "send.py", NULL };

struct fixture {
	struct plan plan;
	struct policy *policy;
	char *said;
	size_t said_n;
	FILE *out;
	struct tally *tally;
	int record;
	size_t most; /* lines in it */
};

static int open_record(void)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void begin(struct fixture *f, int record)
{
	struct tally_options o = { .plan = &f->plan, .record = { record, -1 } };

	f->record = record;
	f->plan.command = command;
	f->plan.profile = "gcp";
	assert_int_equal(plan_policy(&f->plan, -1, &f->policy), 0);
	f->out = open_memstream(&f->said, &f->said_n);
	say_to(f->out);
	o.policy = f->policy;
	o.most[0] = f->most;
	o.out = f->out;
	assert_int_equal(tally_open(&o, &f->tally), 0);
}

static void see(struct fixture *f, unsigned times)
{
	struct attempt a = sample_attempt();

	while (times--) {
		tally_attempt(&a, f->tally);
		tally_settled(&a, f->tally);
	}
	attempt_clear(&a);
}

static int report(struct fixture *f, int wait_status)
{
	struct counts c = { 0 };
	int err = tally_report(f->tally, &c, wait_status);

	fflush(f->out);
	return err;
}

static void end(struct fixture *f)
{
	tally_close(f->tally);
	say_to(NULL);
	fclose(f->out);
	free(f->said);
	policy_free(f->policy);
	if (f->record >= 0)
		close(f->record);
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

static void tells_once_and_writes_each(void **state)
{
	struct fixture f = { 0 };
	char text[32768] = "";

	(void)state;
	begin(&f, open_record());
	see(&f, 3);
	fflush(f.out);
	assert_int_equal(count(f.said, "tried 192.0.2.25 port 25"), 1);
	assert_int_equal(report(&f, 0), 0);
	assert_true(pread(f.record, text, sizeof(text) - 1, 0) > 0);
	assert_int_equal(count(text, "\n"), 3);
	assert_int_equal(count(text, "{\"@timestamp\""), 3);
	assert_int_equal(count(f.said, "ended"), 0);
	end(&f);
}

static void a_limit_is_kept_and_said(void **state)
{
	(void)state;
	for (unsigned most = 2; most <= 3; most++) {
		struct fixture f = { .most = most };
		char text[32768] = "";

		begin(&f, open_record());
		see(&f, 3);
		assert_int_equal(report(&f, 0), 0);
		assert_true(pread(f.record, text, sizeof(text) - 1, 0) > 0);
		assert_int_equal(count(text, "\n"), most);
		assert_int_equal(count(f.said, "ends after the first 2 attempts"), most == 2);
		end(&f);
	}
}

static void says_how_it_ended(void **state)
{
	static const struct {
		int wait_status;
		const char *text;
	} cases[] = { { 3 << 8, "\nsend.py ended with exit status 3\n" },
		{ SIGTERM, "\nsend.py was ended by signal 15 (Terminated)\n" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f = { 0 };

		begin(&f, -1);
		assert_int_equal(report(&f, cases[i].wait_status), 0);
		assert_non_null(strstr(f.said, cases[i].text));
		end(&f);
	}
}

static void quiet_and_json_tell_nothing_before(void **state)
{
	(void)state;
	for (int json = 0; json < 2; json++) {
		struct fixture f = { .plan = { .quiet = !json, .json = json } };

		begin(&f, -1);
		see(&f, 2);
		fflush(f.out);
		assert_int_equal(f.said_n, 0);
		assert_int_equal(report(&f, 1 << 8), 0);
		assert_true(f.said_n > 0);
		assert_int_equal(count(f.said, "ended"), !json);
		end(&f);
	}
}

static void a_record_cut_short_is_a_failure(void **state)
{
	struct fixture f = { 0 };
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(full >= 0);
	begin(&f, full);
	see(&f, 1);
	assert_int_equal(report(&f, 0), -ENOSPC);
	assert_non_null(strstr(f.said, "write the record of the attempts: No space left"));
	end(&f);
	tally_close(NULL);
}

static int prepare(void **state)
{
	(void)state;
	return setenv("SMTPFENCE_DATA", "data", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_once_and_writes_each),
		cmocka_unit_test(a_limit_is_kept_and_said),
		cmocka_unit_test(says_how_it_ended),
		cmocka_unit_test(quiet_and_json_tell_nothing_before),
		cmocka_unit_test(a_record_cut_short_is_a_failure),
	};

	return cmocka_run_group_tests_name("tally", tests, prepare, NULL);
}
