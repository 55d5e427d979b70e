/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A change on trial comes back as it was written, with who waits as long as that one lives. */
#include "probation.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"

static char dir[32], path[64];

static int begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/probation.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/confirm.json", dir);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void comes_back(void **state)
{
	struct probation p = { 7, 7 };
	struct stat st;

	(void)state;
	said_begin();
	assert_int_equal(probation_look(dir, &p), -ENOENT);
	assert_int_equal(probation_write(dir, 123456789012345ULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(probation_look(dir, &p), 0);
	assert_int_equal(p.until_ns, 123456789012345ULL);
	assert_int_equal(p.pid, getpid());
	assert_int_equal(probation_remove(dir), 0);
	assert_int_equal(probation_remove(dir), 0);
	assert_int_equal(probation_look(dir, &p), -ENOENT);
	said_end(NULL);
	assert_true(probation_now() > 0);
}

static void who_is_gone_does_not_wait(void **state)
{
	struct probation p = { 0 };
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(probation_write(dir, 1) ? 1 : 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(probation_look(dir, &p), 0);
	assert_int_equal(p.until_ns, 1);
	assert_int_equal(p.pid, 0);
	assert_int_equal(probation_remove(dir), 0);
}

static void what_is_no_trial_is_told(void **state)
{
	static const char *const texts[] = { "", "{}", "[1]",
		"{\"until_ns\":1,\"pid\":\"2\",\"start_ns\":3}" };
	struct probation p;
	FILE *f;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(texts[i], f);
		fclose(f);
		said_begin();
		assert_int_equal(probation_look(dir, &p), -EINVAL);
		said_end("smtpfence: /tmp/probation....");
	}
	assert_int_equal(probation_remove(dir), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(comes_back),
		CASE(who_is_gone_does_not_wait),
		CASE(what_is_no_trial_is_told),
	};

	return cmocka_run_group_tests_name("probation", tests, NULL, NULL);
}
