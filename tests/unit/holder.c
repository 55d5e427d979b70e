/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Nobody holds what is no cgroup, or a cgroup of our own. */
#include "holder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/bpf.h>

static void nobody_holds_what_is_no_cgroup(void **state)
{
	struct holder h = { .id = 7 };
	int dir = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(dir >= 0);
	assert_int_equal(holder_find(dir, BPF_CGROUP_INET4_CONNECT, &h), -ENOENT);
	assert_int_equal(h.id, 7); /* untouched */
	close(dir);
	assert_int_equal(holder_find(-1, BPF_CGROUP_INET4_CONNECT, &h), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_holds_what_is_no_cgroup),
	};

	return cmocka_run_group_tests_name("holder", tests, NULL, NULL);
}
