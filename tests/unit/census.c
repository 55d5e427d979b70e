/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* census, anchor: cgroups, processes and sockets of our own making, counted and told apart. */
#include "census.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "anchor.h"
#include "cgroup.h"
#include "exemption.h"
#include "list.h"
#include "policy.h"
#include "profile.h"
#include "said.h"
#include "sockets.h"
#include "text.h"

#include "fixture.h"

#define ID "00000000000000000000000000000000000000000000000000000000000abcde"
#define OTHER "00000000000000000000000000000000000000000000000000000000000abcdf"
#define UID 54321

static char *v2, *top, *fence, *unit, *container, *away;
static struct profile profile = { .blocked = { 25 }, .blocked_n = 1, .scope = 1U << CLASS_PUBLIC };
static struct policy policy = { .profile = &profile };

static pid_t run_in(const char *dir, uid_t uid)
{
	int ready[2];
	pid_t child;
	char c;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child = fork();
	if (!child) {
		if (cgroup_move(dir, 0) || setresuid(uid, uid, uid) || write(ready[1], "x", 1) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return child;
}

static pid_t in_unit, in_container, in_away;

/* top/fence/{x.service/deep,docker-ID.scope}, top/away, which the fence does not hold. */
static int begin(void **state)
{
	char name[128], *deep = NULL;

	(void)state;
	if (geteuid() || cgroup_mount(&v2))
		return 0;
	fixture_begin();
	fixture_file("/var/lib/docker/containers/" ID "/config.v2.json",
		"{\"ID\":\"" ID
		"\",\"Name\":\"/census\",\"Config\":{\"Image\":\"i\",\"Labels\":{}}}");
	setenv("SMTPFENCE_ROOT", fixture_root, 1);
	snprintf(name, sizeof(name), "smtpfence-census.%d", getpid());
	if (cgroup_create(v2, name, &top) || cgroup_create(top, "fence", &fence) ||
		cgroup_create(fence, "census-x.service", &unit) ||
		cgroup_create(unit, "deep", &deep) ||
		cgroup_create(fence, "docker-" ID ".scope", &container) ||
		cgroup_create(top, "census-y.service", &away))
		return -1;
	in_unit = run_in(deep, UID);
	in_container = run_in(container, UID);
	in_away = run_in(away, UID);
	free(deep);
	return 0;
}

static int end(void **state)
{
	pid_t *all[] = { &in_unit, &in_container, &in_away };

	(void)state;
	for (size_t i = 0; i < 3 && *all[i]; i++) {
		kill(*all[i], SIGKILL);
		waitpid(*all[i], NULL, 0);
	}
	if (top && cgroup_remove(top))
		return -1;
	if (top)
		fixture_end();
	free(v2);
	free(top);
	free(fence);
	free(unit);
	free(container);
	free(away);
	return 0;
}

/* An exemption of one selector, or of two: "key value". */
static struct exemption make(uint8_t action, const char *key, const char *value, const char *user)
{
	struct exemption e = { .since_ns = text_wall_now(),
		.until_ns = text_wall_now() + 3600000000000ULL,
		.order = { .action = action } };

	if (key)
		assert_int_equal(selectors_flag(&e.who, key, value), 0);
	if (user)
		assert_int_equal(selectors_flag(&e.who, "user", user), 0);
	assert_int_equal(selectors_settle(&e.who), 0);
	return e;
}

static void counts(
	const char *key, const char *value, const char *user, size_t workloads, size_t processes)
{
	struct exemption e = make(ACTION_ALLOW, key, value, user);
	struct census_ask ask = { &policy, &e, fence };
	struct census_count n = {};
	struct census *c = NULL;

	assert_int_equal(census_open(&ask, &c), 0);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(census_take(c, &n), 0);
		assert_int_equal(n.workloads, workloads);
		assert_int_equal(n.processes, processes);
	}
	assert_int_equal(n.by_process, user || !strcmp(key, "exe"));
	census_close(c);
	exemption_clear(&e);
}

static void who_is_here(void **state)
{
	char exe[PATH_MAX] = "";

	(void)state;
	if (!top)
		skip(); /* only root makes cgroups */
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	counts("unit", "census-x.service", NULL, 1, 0);
	counts("unit", "census-*.service", NULL, 1, 0); /* the other is not in the fence */
	counts("cgroup", unit + strlen(v2), NULL, 1, 0);
	counts("container", "census", NULL, 1, 0);
	counts("container", ID, NULL, 1, 0);
	counts(NULL, NULL, "54321", 0, 2);
	counts("unit", "census-x.service", "54321", 1, 1);
	counts("unit", "census-x.service", "54322", 1, 0);
	counts("exe", exe, NULL, 0, 2);
	counts("exe", "/bin/true", NULL, 0, 0);
	counts("cgroup", fence + strlen(v2), NULL, 1, 0);
}

static void nobody(const char *key, const char *value, const char *said)
{
	struct exemption e = make(ACTION_ALLOW, key, value, NULL);
	struct census_ask ask = { &policy, &e, fence };
	struct census_count n = {};
	struct census *c = NULL;

	assert_int_equal(census_open(&ask, &c), 0);
	assert_int_equal(census_take(c, &n), 0);
	assert_int_equal(n.workloads, 0);
	said_begin();
	assert_int_equal(census_refuse(c), -ENOENT);
	said_end(said);
	census_close(c);
	exemption_clear(&e);
}

static void who_is_not(void **state)
{
	(void)state;
	if (!top)
		skip();
	nobody("unit", "census-z.service", "smtpfence: no unit 'census-z.service' is here now\n");
	nobody("unit", "census-y.service",
		"smtpfence: no cgroup in the fence matches all of this now\n");
	nobody("container", OTHER, "smtpfence: no container '" OTHER "' is here now\n");
}

static bool has(const struct exemption *e, const char *cgroup, pid_t pid, const char *to)
{
	struct census_ask ask = { &policy, e, fence };
	struct socket_seen s = { .port = 25, .uid = UID, .pid = pid };
	struct census *c = NULL;
	bool is;

	assert_int_equal(address_parse(to, &s.remote), 0);
	if (cgroup)
		assert_int_equal(cgroup_id(cgroup, &s.cgroup), 0);
	assert_int_equal(census_open(&ask, &c), 0);
	is = census_has(&s, c);
	census_close(c);
	return is;
}

static void whose_a_socket_is(void **state)
{
	struct exemption e;

	(void)state;
	if (!top)
		skip();
	e = make(ACTION_BLOCK, NULL, NULL, NULL); /* the whole host, but only where the fence is */
	assert_true(has(&e, unit, in_unit, "203.0.113.1"));
	assert_true(has(&e, container, 0, "2001:db8::1"));
	assert_false(has(&e, unit, in_unit, "10.0.0.1"));
	assert_false(has(&e, unit, in_unit, "127.0.0.1"));
	assert_false(has(&e, away, in_away, "203.0.113.1"));
	assert_false(has(&e, top, in_away, "203.0.113.1"));
	assert_false(has(&e, NULL, in_unit, "203.0.113.1")); /* whose it is, is not known */
	exemption_clear(&e);
	e = make(ACTION_BLOCK, "unit", "census-*.service", NULL);
	assert_true(has(&e, unit, 0, "203.0.113.1"));
	assert_false(has(&e, container, 0, "203.0.113.1"));
	assert_false(has(&e, away, 0, "203.0.113.1"));
	exemption_clear(&e);
	e = make(ACTION_BLOCK, "container", ID, "54321");
	assert_true(has(&e, container, in_container, "203.0.113.1"));
	assert_false(has(&e, unit, in_unit, "203.0.113.1"));
	exemption_clear(&e);
	e = make(ACTION_BLOCK, "container", ID, "54322");
	assert_false(has(&e, container, in_container, "203.0.113.1"));
	exemption_clear(&e);
	e = make(ACTION_BLOCK, "to", "private", NULL);
	assert_true(has(&e, unit, in_unit, "10.0.0.1"));
	assert_false(has(&e, unit, in_unit, "203.0.113.1"));
	exemption_clear(&e);
}

static void a_fence_elsewhere(void **state)
{
	struct exemption e = make(ACTION_ALLOW, NULL, NULL, NULL);
	struct census_ask ask = { &policy, &e, "/nonexistent" };
	struct census *c = NULL;

	(void)state;
	if (!top)
		skip();
	said_begin();
	assert_int_equal(census_open(&ask, &c), -EXDEV);
	said_end("smtpfence: /nonexistent is not below ...");
	assert_null(c);
	census_close(NULL);
	exemption_clear(&e);
}

static void names_become_ids(void **state)
{
	static const char *const names[] = { "census", "cen*s", ID, "000000000000", NULL };
	char **ids = NULL;
	size_t n = 0;

	(void)state;
	if (!top)
		skip();
	for (int i = 0; names[i]; i++) {
		assert_int_equal(anchor_container(names[i], &ids, &n), 0);
		assert_int_equal(n, 1);
		assert_string_equal(ids[0], ID);
		list_free_text(ids, n);
	}
	said_begin();
	assert_int_equal(anchor_container("censu", &ids, &n), -ENOENT);
	said_end("smtpfence: no container 'censu' runs here now\n");
	said_begin();
	assert_int_equal(anchor_container(OTHER, &ids, &n), -ENOENT);
	said_end("smtpfence: no container '" OTHER "' runs here now\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_here),
		cmocka_unit_test(who_is_not),
		cmocka_unit_test(whose_a_socket_is),
		cmocka_unit_test(a_fence_elsewhere),
		cmocka_unit_test(names_become_ids),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
