/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Executables in the root of a process of ours, told to maps of ours. */
#include "user/inside.c" /* with living_ functions of ours */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "fixture.h"
#include "process.h"

#define PATH "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct fence_exe joined, forgotten;
static int answer;

int living_exe_join(struct living *l, const struct fence_exe *e, size_t term, bool *mine)
{
	(void)l;
	assert_int_equal(term, 1);
	joined = *e;
	*mine = true;
	return answer;
}

int living_exe_forget(struct living *l, const struct fence_exe *e)
{
	(void)l;
	forgotten = *e;
	return 0;
}

static char *exe[] = { "/bin/mail" };
static char *name[] = { "shop" };
static struct selectors host = { .by[SELECTOR_EXE] = { exe, 1 } };
static struct selectors guest = { .by[SELECTOR_EXE] = { exe, 1 },
	.by[SELECTOR_CONTAINER] = { name, 1 } };
static struct term list[] = { { .part = { &host } }, { .part = { &guest } } };
static const struct terms terms = { .term = list, .n = 2 };
static struct fence_vector matched;
static struct inside *inside;
static pid_t child;

/* As a runtime does: a mount of its own, and that for a root. */
static bool move_in(void)
{
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount(fixture_root, fixture_root, NULL, MS_BIND, NULL) && !chroot(fixture_root);
}

/* A process with a root of its own, where we may have one. */
static void bear(void)
{
	int ready[2];
	char c = 'n';

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child = fork();
	if (!child) {
		c = move_in() ? 'y' : 'n';
		if (write(ready[1], &c, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	if (c == 'n')
		skip();
}

static void put_in(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", (int)pid);
	fixture_file("/cg" PATH "/cgroup.procs", text);
}

static int setup(void **state)
{
	char mount[128];

	(void)state;
	fixture_begin();
	fixture_file("/bin/mail", "");
	(void)fixture_path("/cg" PATH "/x");
	snprintf(mount, sizeof(mount), "%s/cg", fixture_root);
	answer = 0;
	joined = forgotten = (struct fence_exe){ 0, 0 };
	matched = (struct fence_vector){ { 2 } };
	assert_int_equal(inside_open(&terms, NULL, mount, &inside), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	inside_close(inside);
	inside_close(NULL);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	child = 0;
	fixture_end();
	return 0;
}

static void once_it_runs(void **state)
{
	struct fence_exe key;

	(void)state;
	assert_int_equal(inside_add(inside, 5, PATH, &matched, 0), 0);
	assert_int_equal(inside_again(inside, 1000), 0); /* there is no process */
	put_in(getpid());
	assert_int_equal(inside_again(inside, 2000), 0); /* its root is ours still */
	assert_int_equal(joined.ino, 0);
	bear();
	put_in(child);
	assert_int_equal(inside_again(inside, 4000), 0);
	assert_int_equal(process_exe_key(fixture_path("/bin/mail"), &key), 0);
	assert_int_equal(joined.ino, key.ino);
	assert_int_equal(joined.dev, key.dev);
	assert_true(inside_next(inside) == UINT64_MAX);
	inside_gone(inside, 6);
	assert_int_equal(forgotten.ino, 0);
	inside_gone(inside, 5);
	assert_int_equal(forgotten.ino, key.ino);
}

static void of_no_interest(void **state)
{
	const struct fence_vector other = { { 1 } };

	(void)state;
	assert_int_equal(inside_add(inside, 5, PATH, &other, 0), 0);
	assert_true(inside_next(inside) == UINT64_MAX);
	assert_int_equal(inside_add(inside, 5, PATH, &matched, 0), 0);
	assert_true(inside_next(inside) == PENDING_FIRST_MS);
	inside_gone(inside, 5);
	assert_true(inside_next(inside) == UINT64_MAX);
}

static void its_end_was_missed(void **state)
{
	(void)state;
	assert_int_equal(inside_add(inside, 5, PATH, &matched, 0), 0);
	assert_int_equal(rmdir(fixture_path("/cg" PATH)), 0);
	assert_int_equal(inside_again(inside, 1000), 0);
	assert_true(inside_next(inside) == UINT64_MAX);
}

static void no_room(void **state)
{
	(void)state;
	bear();
	put_in(child);
	answer = -ENOSPC;
	assert_int_equal(inside_add(inside, 5, PATH, &matched, 0), 0);
	assert_int_equal(inside_again(inside, 1000), -ENOSPC);
	inside_gone(inside, 5);
	assert_int_equal(forgotten.ino, 0); /* nothing was made known */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once_it_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(of_no_interest, setup, teardown),
		cmocka_unit_test_setup_teardown(its_end_was_missed, setup, teardown),
		cmocka_unit_test_setup_teardown(no_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
