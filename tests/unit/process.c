/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Processes that call themselves anything, and the kernel's own key of an executable. */
#include "user/process.c" /* for stat_start() with lines of ours */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#define REST "S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "

static void finds_field_22(void **state)
{
	(void)state;
	assert_int_equal(stat_start("7 (sh) " REST "4711 99 1\n"), 4711);
	assert_int_equal(stat_start("7 () " REST "4711 99\n"), 4711);
	assert_int_equal(stat_start("7 (a b) (c) S 1 " REST ") " REST "4711 99\n"), 4711);
	assert_int_equal(stat_start("7 (a\nb) " REST "18446744073709551615\n"), UINT64_MAX);
	assert_int_equal(stat_start("7 (sh) S 1 7\n"), 0);
	assert_int_equal(stat_start("7 (sh"), 0);
	assert_int_equal(stat_start(""), 0);
}

struct child {
	pid_t pid;
	int hold; /* closed: it ends */
};

static void child_start(struct child *c, const char *comm)
{
	int hold[2], ready[2];
	char byte;

	assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (!c->pid) {
		(void)close(hold[1]);
		(void)prctl(PR_SET_NAME, comm);
		_exit(write(ready[1], "", 1) != 1 || read(hold[0], &byte, 1));
	}
	(void)close(hold[0]);
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	c->hold = hold[1];
}

static void child_end(struct child *c)
{
	int status;

	(void)close(c->hold);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	assert_int_equal(status, 0);
}

static uint64_t boot_now(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &t), 0);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void knows_a_hostile_child(void **state)
{
	static const char *const NAMES[] = { "sh", ") S 1 (", "a\nb)\n", "\33[2J",
		"fifteen bytes..", " ", "))))" };

	(void)state;
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		uint64_t before = boot_now(), after, start;
		char comm[FENCE_COMM];
		struct child c;

		child_start(&c, NAMES[i]);
		after = boot_now();
		start = process_start(c.pid);
		assert_true(start + tick_ns() > before && start <= after);
		assert_true(process_is(c.pid, start));
		assert_true(process_is(c.pid, start + tick_ns() - 1));
		assert_false(process_is(c.pid, start + tick_ns()));
		assert_false(process_is(c.pid, start - 1));
		assert_int_equal(process_comm(c.pid, comm), 0);
		assert_string_equal(comm, NAMES[i]);
		child_end(&c);
		assert_int_equal(process_start(c.pid), 0);
		assert_false(process_is(c.pid, start));
		assert_false(process_is(c.pid, 0));
		assert_int_equal(process_comm(c.pid, comm), -ENOENT);
	}
}

static void names_links(void **state)
{
	char *exe = NULL, *cwd = NULL, *gone = NULL, here[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(process_exe(getpid(), &exe), 0);
	assert_int_equal(access(exe, X_OK), 0);
	assert_int_equal(process_cwd(getpid(), &cwd), 0);
	assert_string_equal(cwd, here);
	assert_int_equal(process_exe(0x7fffffff, &gone), -ENOENT);
	assert_null(gone);
	free(exe);
	free(cwd);
}

static void names_users(void **state)
{
	char to[64];

	(void)state;
	assert_string_equal(process_user(to, sizeof(to), 0), "root");
	assert_string_equal(process_user(to, sizeof(to), 4123456789U), "4123456789");
	assert_string_equal(process_user(to, 4, 4123456789U), "412");
}

/* On a plain file system the inode is what stat() shows. */
static void keys_executables(void **state)
{
	struct fence_exe self = { 0 }, link = { 0 }, same = { 7, 7 };
	char name[] = "/tmp/process.XXXXXX", sym[64];
	struct stat st;
	int fd;

	(void)state;
	fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	(void)close(fd);
	assert_int_equal(process_exe_key(name, &self), 0);
	assert_int_equal(self.ino, st.st_ino);
	assert_int_not_equal(self.dev, 0);
	(void)snprintf(sym, sizeof(sym), "%s.link", name);
	assert_int_equal(symlink(name, sym), 0);
	assert_int_equal(process_exe_key(sym, &link), 0);
	assert_memory_equal(&self, &link, sizeof(self));
	assert_int_equal(unlink(sym), 0);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(process_exe_key(name, &same), -ENOENT);
	assert_int_equal(process_exe_key("/tmp", &same), -EISDIR);
	assert_int_equal(process_exe_key("/dev/null", &same), -EACCES);
	assert_int_equal(same.dev, 7);
	assert_int_equal(same.ino, 7);
}

/* major << 20 | minor, as new_encode_dev() is not: minor 300 does not spill. */
/* As another root sees it; test for exes has one that is another. */
static void keys_executables_of_a_process(void **state)
{
	struct fence_exe mine, its;

	(void)state;
	assert_int_equal(process_exe_key("/bin/sh", &mine), 0);
	if (geteuid())
		skip(); /* /proc/PID/root is root's, or its own */
	assert_int_equal(process_exe_key_in(getpid(), "/bin/sh", &its), 0);
	assert_memory_equal(&mine, &its, sizeof(its));
	assert_int_equal(process_exe_key_in(getpid(), "/nonexistent", &its), -ENOENT);
	assert_int_equal(process_exe_key_in(getpid(), "/bin", &its), -EISDIR);
	assert_int_equal(process_exe_key_in(INT_MAX, "/bin/sh", &its), -ENOENT);
}

static void counts_groups(void **state)
{
	gid_t more[64] = { 0 };
	uint32_t gid[80] = { 0 }, few[3] = { 0 };
	int n = getgroups(64, more);

	(void)state;
	assert_true(n >= 0);
	assert_int_equal(process_groups(getpid(), gid, 80), n + 2);
	assert_true(gid[0] == getgid() && gid[1] == getegid());
	for (int i = 0; i < n; i++)
		assert_int_equal(gid[2 + i], more[i]);
	assert_int_equal(process_groups(getpid(), few, 1), n + 2);
	assert_true(few[0] == getgid() && !few[1]);
	assert_int_equal(process_groups(INT_MAX, gid, 80), -ENOENT);
}

static void encodes_devices(void **state)
{
	const struct mounts_entry m = { .id = 5, .major = 259, .minor = 300 };
	struct device_search s = { .mnt_id = 5 }, other = { .mnt_id = 6 };

	(void)state;
	assert_int_equal(device_judge(&m, &s), 1);
	assert_int_equal(s.dev, 259ULL << 20 | 300);
	assert_int_equal(device_judge(&m, &other), 0);
}

static int find_self(pid_t pid, void *arg)
{
	++*(int *)arg;
	return pid == getpid() ? 9 : 0;
}

static void visits_processes(void **state)
{
	int n = 0;

	(void)state;
	assert_int_equal(process_each(find_self, &n), 9);
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_field_22),
		cmocka_unit_test(knows_a_hostile_child),
		cmocka_unit_test(names_links),
		cmocka_unit_test(names_users),
		cmocka_unit_test(keys_executables),
		cmocka_unit_test(keys_executables_of_a_process),
		cmocka_unit_test(counts_groups),
		cmocka_unit_test(encodes_devices),
		cmocka_unit_test(visits_processes),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
