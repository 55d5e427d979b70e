/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* senders: a mail server's processes become one sender, with the one that connects named. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "senders.h"

#define DIR "/opt/zimbra/common/libexec" /* /opt is everywhere, and no program here needs it */
#define OTHER_UID 65534

static void names(void **state)
{
	(void)state;
	assert_string_equal(senders_name("/usr/lib/postfix/sbin/smtp"), "Postfix");
	assert_null(senders_name("/usr/bin/perl"));
	assert_null(senders_name(NULL));
}

static void what_is_found_is_sorted_and_whole(void **state)
{
	struct sender *s = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(senders_find(&s, &n), 0);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(s[i].name);
		assert_int_equal(s[i].exe[0], '/');
		assert_int_equal(s[i].client[0], '/');
		assert_int_equal(s[i].pid != 0, s[i].cgroup != NULL);
		assert_true(!i || strcasecmp(s[i - 1].name, s[i].name) <= 0);
	}
	senders_free(s, n);
	senders_free(NULL, 0);
}

static int copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	struct stat st;
	ssize_t n = -1;

	if (in >= 0 && out >= 0 && !fstat(in, &st))
		n = sendfile(out, in, NULL, st.st_size);
	close(in);
	close(out);
	return n > 0 ? 0 : -1;
}

/* The mount lives in the child's own namespace and ends with it, as a container's would. */
static int make_programs(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", "/opt", "tmpfs", 0, NULL))
		return -1;
	if (mkdir("/opt/zimbra", 0755) || mkdir("/opt/zimbra/common", 0755) || mkdir(DIR, 0755))
		return -1;
	return copy("/bin/sleep", DIR "/master") | copy("/bin/sleep", DIR "/qmgr");
}

static void run(const char *program, uid_t uid)
{
	if (setuid(uid))
		_exit(1);
	execl(program, program, "30", NULL);
	_exit(1);
}

/* Master becomes a master; its child another user's helper. `ready` closes when both have. */
static void pretend(int ready)
{
	pid_t helper;

	if (make_programs())
		_exit(1);
	helper = fork();
	if (!helper)
		run(DIR "/qmgr", OTHER_UID);
	if (write(ready, &helper, sizeof(helper)) < 0)
		_exit(1);
	run(DIR "/master", 0);
}

static const struct sender *by_pid(const struct sender *s, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].pid == pid)
			return &s[i];
	return NULL;
}

static void processes_become_one_sender(void **state)
{
	const struct sender *found;
	pid_t master, helper = 0, none;
	struct sender *s;
	int ready[2];
	size_t n;

	(void)state;
	if (geteuid())
		skip(); /* only root may mount */
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	master = fork();
	if (!master)
		pretend(ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &helper, sizeof(helper)), sizeof(helper));
	assert_int_equal(read(ready[0], &none, sizeof(none)), 0);
	close(ready[0]);

	assert_int_equal(senders_find(&s, &n), 0);
	kill(helper, SIGKILL);
	kill(master, SIGKILL);
	assert_int_equal(waitpid(master, NULL, 0), master);
	assert_null(by_pid(s, n, helper));
	found = by_pid(s, n, master);
	assert_non_null(found);
	assert_string_equal(found->name, "Postfix");
	assert_string_equal(found->exe, DIR "/master");
	assert_string_equal(found->client, DIR "/smtp");
	assert_int_equal(found->uid, 0);
	assert_int_equal(found->client_uid, OTHER_UID);
	assert_int_not_equal(found->start_ns, 0);
	assert_int_equal(found->cgroup[0], '/');
	assert_true(found->queues);
	senders_free(s, n);
}

static bool installed(const char *name, const char *exe)
{
	struct sender *s;
	bool found = false;
	size_t n;

	if (senders_find(&s, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		found |= !strcmp(s[i].name, name) && !strcmp(s[i].exe, exe) && !s[i].pid;
	senders_free(s, n);
	return found;
}

/* In a child, whose mounts nobody else sees: exit status is the first thing that is not as it should. */
static int try_installed(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", "/usr/sbin", "tmpfs", 0, NULL))
		return 1;
	if (installed("ssmtp", "/usr/sbin/ssmtp") || copy("/bin/sleep", "/usr/sbin/other"))
		return 2;
	/* A program of no known kind is still what `sendmail` means here. */
	if (symlink("other", "/usr/sbin/sendmail") || !installed("sendmail", "/usr/sbin/other"))
		return 3;
	if (rename("/usr/sbin/other", "/usr/sbin/ssmtp") ||
		installed("sendmail", "/usr/sbin/ssmtp"))
		return 4;
	if (unlink("/usr/sbin/sendmail") || symlink("ssmtp", "/usr/sbin/sendmail"))
		return 5;
	return installed("ssmtp", "/usr/sbin/ssmtp") ? 0 : 6;
}

static void links_lead_to_what_is_installed(void **state)
{
	int status;
	pid_t child;

	(void)state;
	if (geteuid())
		skip(); /* only root may mount */
	child = fork();
	if (!child)
		_exit(try_installed());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(what_is_found_is_sorted_and_whole),
		cmocka_unit_test(processes_become_one_sender),
		cmocka_unit_test(links_lead_to_what_is_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
