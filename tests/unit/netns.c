/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netns: our namespace comes first and once, a visit's answer is handed on, we stay where we are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <cmocka.h>

#include "netns.h"

#define MANY 4096

struct seen {
	uint64_t inode[MANY];
	size_t n;
	pid_t thread;
	int answer;
};

static uint64_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static int visit(uint64_t inode, void *arg)
{
	struct seen *s = arg;

	assert_int_equal(inode, inode_of("/proc/thread-self/ns/net"));
	assert_true(s->n < MANY);
	s->inode[s->n++] = inode;
	s->thread = gettid();
	return s->answer;
}

static void each_once_ours_first(void **state)
{
	struct seen s = { 0 };
	uint64_t ours = inode_of("/proc/thread-self/ns/net");
	size_t skipped = MANY;

	(void)state;
	assert_int_equal(netns_each(&(struct netns_visit){ visit, &s }, &skipped), 0);
	assert_true(s.n >= 1);
	assert_int_equal(s.inode[0], ours);
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(s.inode[i] != s.inode[k]);
	assert_true(skipped < MANY);
	assert_int_not_equal(s.thread, gettid());
	assert_int_equal(inode_of("/proc/thread-self/ns/net"), ours);
}

static void a_visit_may_stop(void **state)
{
	struct seen s = { .answer = -5 };
	size_t skipped = 77;

	(void)state;
	assert_int_equal(netns_each(&(struct netns_visit){ visit, &s }, &skipped), -5);
	assert_int_equal(s.n, 1);
	assert_int_equal(skipped, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once_ours_first),
		cmocka_unit_test(a_visit_may_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
