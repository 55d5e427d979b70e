/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* fate: processes of this machine, as the hooks would know them. */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "compile.h"
#include "fate.h"
#include "policy.h"
#include "process.h"
#include "say.h"
#include "senders.h"
#include "sockets.h"

#include <cmocka.h>

struct self {
	char *mount, *cgroup, *exe;
	struct fence_exe key;
	uint64_t root, own; /* cgroup ids */
};

static int setup(void **state)
{
	static struct self me;
	char dir[PATH_MAX];

	say_to(NULL);
	if (cgroup_mount(&me.mount) || cgroup_of(0, &me.cgroup))
		return 0; /* no v2 tree: the tests are skipped */
	snprintf(dir, sizeof(dir), "%s%s", me.mount, me.cgroup);
	if (process_exe(getpid(), &me.exe) || process_exe_key("/proc/self/exe", &me.key) ||
		cgroup_id(me.mount, &me.root) || cgroup_id(dir, &me.own))
		return -1;
	*state = &me;
	return 0;
}

static int teardown(void **state)
{
	struct self *me = *state;

	if (me) {
		free(me->mount);
		free(me->cgroup);
		free(me->exe);
	}
	return 0;
}

static void check(const struct self *me, const struct fate_subject *f)
{
	assert_int_equal(f->exe.dev, me->key.dev);
	assert_int_equal(f->exe.ino, me->key.ino);
	assert_true(f->cgroup_n >= 1);
	assert_int_equal(f->cgroup[0], me->root);
	assert_int_equal(f->cgroup[f->cgroup_n - 1], me->own);
	assert_int_equal(f->cgroup_n == 1, !strcmp(me->cgroup, "/"));
}

static void a_sender_is_its_client(void **state)
{
	struct self *me = *state;
	struct sender s = { .uid = 1, .client_uid = 7, .pid = getpid() };
	struct fate_subject f;
	struct fence_exe shell;

	if (!me)
		skip();
	s.exe = s.client = me->exe;
	s.cgroup = me->cgroup;
	fate_sender(me->mount, &s, &f);
	check(me, &f);
	assert_int_equal(f.uid, 7);
	s.client = "/bin/sh";
	fate_sender(me->mount, &s, &f);
	assert_int_equal(process_exe_key("/bin/sh", &shell), 0);
	assert_int_equal(f.exe.ino, shell.ino);
	s.client = "/nonexistent";
	s.cgroup = "/smtpfence-nonexistent";
	fate_sender(me->mount, &s, &f);
	assert_int_equal(f.exe.ino, 0);
	assert_int_equal(f.cgroup_n, 0);
}

/* Those of the server, but not of a client that runs as another user. */
static void a_sender_has_groups(void **state)
{
	struct sender s = { .uid = 7,
		.client_uid = 7,
		.pid = getpid(),
		.exe = "/x",
		.client = "/x",
		.cgroup = "/" };
	struct fate_subject f;

	(void)state;
	fate_sender("/nonexistent", &s, &f);
	assert_true(f.gids_known && f.gid_n >= 2);
	assert_true(f.gid[0] == getgid() && f.gid[1] == getegid());
	assert_true(f.gid_n == 2 + (size_t)getgroups(0, NULL) || getgroups(0, NULL) > FENCE_GROUPS);
	s.client_uid = 8;
	fate_sender("/nonexistent", &s, &f);
	assert_true(!f.gids_known && !f.gid_n);
}

static void a_connection_is_its_owner(void **state)
{
	struct self *me = *state;
	struct socket_seen s = { .uid = 9, .pid = getpid() };
	struct fate_subject f;

	if (!me)
		skip();
	if (geteuid())
		skip(); /* open_by_handle_at(2) is root's */
	s.cgroup = me->own;
	fate_socket(me->mount, &s, &f);
	check(me, &f);
	assert_int_equal(f.uid, 9);
	s.pid = 0;
	s.cgroup = 0;
	fate_socket(me->mount, &s, &f);
	assert_int_equal(f.exe.ino, 0);
	assert_int_equal(f.cgroup_n, 0);
}

/* As a service with PrivateTmp is: mounts of its own, the same file. */
static void private_mounts_hide_nothing(void **state)
{
	struct self *me = *state;
	struct socket_seen s = { 0 };
	struct fate_subject f;
	char ready;
	int up[2];

	if (!me)
		skip();
	if (geteuid())
		skip(); /* only root may make a mount namespace */
	assert_int_equal(pipe2(up, O_CLOEXEC), 0);
	s.pid = fork();
	if (!s.pid) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			write(up[1], "", 1) < 0)
			_exit(1);
		sleep(30);
		_exit(0);
	}
	close(up[1]);
	assert_int_equal(read(up[0], &ready, 1), 1);
	s.cgroup = me->own;
	fate_socket(me->mount, &s, &f);
	kill(s.pid, SIGKILL);
	assert_int_equal(waitpid(s.pid, NULL, 0), s.pid);
	close(up[0]);
	check(me, &f);
}

static void the_public_address_is_one_nobody_names(void **state)
{
	struct address some[3];
	struct policy_rule rule = { .when = { .to = some, .to_n = 1 } };
	struct policy p = { .rule = &rule, .rule_n = 1 };
	struct address a;

	(void)state;
	assert_int_equal(address_parse("10.0.0.0/8", &some[0]), 0);
	assert_int_equal(address_parse("203.0.113.0/24", &some[1]), 0);
	assert_int_equal(address_parse("0.0.0.0/0", &some[2]), 0);
	a = fate_public(&p);
	assert_true(address_covers(&some[1], &a));
	rule.when.to_n = 3;
	a = fate_public(&p);
	assert_false(address_covers(&some[1], &a));
	assert_int_equal(address_class(&a), CLASS_PUBLIC);
	rule.when = (struct selectors){ .not_to = some + 1, .not_to_n = 1 };
	a = fate_public(&p);
	assert_false(address_covers(&some[1], &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sender_is_its_client),
		cmocka_unit_test(a_sender_has_groups),
		cmocka_unit_test(a_connection_is_its_owner),
		cmocka_unit_test(private_mounts_hide_nothing),
		cmocka_unit_test(the_public_address_is_one_nobody_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
