/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who asked is found, and his rights are taken on and given back. */
#include "invoker.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#define SOMEBODY 65534

static void sudo(const char *uid, const char *gid)
{
	uid ? setenv("SUDO_UID", uid, 1) : unsetenv("SUDO_UID");
	gid ? setenv("SUDO_GID", gid, 1) : unsetenv("SUDO_GID");
}

static void without_sudo_he_is_us(void **state)
{
	struct invoker i;

	(void)state;
	sudo(NULL, NULL);
	setenv("HOME", "/home/x", 1);
	assert_int_equal(invoker_find(&i), 0);
	assert_false(i.change);
	assert_int_equal(i.uid, getuid());
	assert_string_equal(i.home, "/home/x");
	assert_int_equal(invoker_enter(&i), 0);
	invoker_leave(&i);
	assert_int_equal(invoker_become(&i), 0);
	invoker_free(&i);
	sudo("0", "0"); /* root who called sudo is root */
	assert_int_equal(invoker_find(&i), 0);
	assert_false(i.change);
	invoker_free(&i);
}

static void numbers_are_numbers(void **state)
{
	static const char *const bad[][2] = { { "", "1" }, { "-1", "1" }, { "1x", "1" },
		{ "1", "" }, { "4294967295", "1" }, { "1", "4294967295" }, { "1", NULL },
		{ " 1", "1" } };
	struct invoker i = { .uid = 4711 };

	(void)state;
	if (geteuid())
		skip(); /* only root believes SUDO_UID */
	say_to(NULL);
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		sudo(bad[n][0], bad[n][1]);
		assert_int_equal(invoker_find(&i), -EINVAL);
		assert_int_equal(i.uid, 4711);
	}
}

static void his_files_are_his(void **state)
{
	char dir[] = "/tmp/unit-invoker-XXXXXX", path[64];
	struct invoker i;
	struct stat st;
	int fd;

	(void)state;
	if (geteuid())
		skip(); /* only root can take on another's rights */
	sudo("65534", "65534");
	assert_int_equal(invoker_find(&i), 0);
	assert_true(i.change);
	assert_int_equal(i.uid, SOMEBODY);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x", dir);
	assert_int_equal(invoker_enter(&i), 0);
	assert_int_equal(open(path, O_WRONLY | O_CREAT, 0600), -1); /* root's directory */
	assert_int_equal(errno, EACCES);
	assert_int_equal(open("/etc/shadow", O_RDONLY), -1);
	invoker_leave(&i);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(invoker_enter(&i), 0);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	invoker_leave(&i);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_uid, SOMEBODY);
	assert_int_equal(st.st_gid, SOMEBODY);
	close(fd);
	fd = open("/etc/shadow", O_RDONLY); /* and we are root again */
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	rmdir(dir);
	invoker_free(&i);
}

static void becomes_him_for_good(void **state)
{
	struct invoker i;
	int status = -1;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip(); /* only root can become another */
	sudo("65534", "65534");
	assert_int_equal(invoker_find(&i), 0);
	pid = fork();
	if (!pid)
		_exit(invoker_become(&i) || getuid() != SOMEBODY || geteuid() != SOMEBODY ||
			getegid() != SOMEBODY || !setuid(0) || !access("/root/.", R_OK));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	invoker_free(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_sudo_he_is_us),
		cmocka_unit_test(numbers_are_numbers),
		cmocka_unit_test(his_files_are_his),
		cmocka_unit_test(becomes_him_for_good),
	};

	return cmocka_run_group_tests_name("invoker", tests, NULL, NULL);
}
