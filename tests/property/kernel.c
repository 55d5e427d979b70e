/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel decides: as judge.c, but the policy goes into the maps of the programs, and each attempt is told to
 * one of them (fence.bpf.c). Real are the cgroups, so that a socket's can be walked up, and the caller's groups.
 */
#include "lib/told.h"

#include <bpf/libbpf.h>

/* Its programs are those of this test, and of them only the one that is told: the hooks' would take most of the time. */
#define bpf_program__set_autoload(program, load) bpf_program__set_autoload(program, false)
#include "user/kernel.c"
#undef bpf_program__set_autoload

#include <arpa/inet.h>
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "cgroup.h"
#include "lib/bench.h"

_Static_assert(BENCH_LEVELS == TOLD_LEVELS, "levels");
#define PLACES 4096 /* cgroups made for one policy, at most */
#define NOBODYS_GROUP 4294967290U /* no rule names it */

static uint64_t id(const struct bench *b, const char *path);
static void load(const struct bench *b);
static void ask(const struct bench *b, const struct bench_attempt *a, struct answer *out);
static void unload(void);

static const struct bench_side side = { id, load, ask, unload };

static struct {
	char *mount; /* of the v2 tree */
	struct kernel *k;
	int maps[MAP_COUNT]; /* state, shared by all policies */
	bool shared;
	struct {
		char *dir, *path;
		uint64_t id;
	} place[PLACES];
	size_t place_n;
} stage;

static volatile sig_atomic_t ended;

static void end(int signal)
{
	ended = signal;
}

/* ---- cgroups ---- */

/* Made below the root when they are first asked for, each under a name that says whose it is. */
static uint64_t make(const char *path)
{
	char *dir;

	bench_must(stage.place_n < PLACES ? 0 : -E2BIG, "cgroups");
	if (asprintf(&dir, "%s/smtpfence-property-%d-%s", stage.mount, getpid(), path + 1) < 0)
		bench_must(-ENOMEM, "cgroups");
	if (!path[1])
		*strrchr(dir, '/') = 0;
	else if (mkdir(dir, 0755))
		bench_must(-errno, dir);
	stage.place[stage.place_n].dir = dir;
	stage.place[stage.place_n].path = strdup(path);
	bench_must(cgroup_id(dir, &stage.place[stage.place_n].id), dir);
	return stage.place[stage.place_n++].id;
}

static uint64_t id(const struct bench *b, const char *path)
{
	char above[512];

	for (size_t i = 0; i < stage.place_n; i++)
		if (!strcmp(stage.place[i].path, path))
			return stage.place[i].id;
	if (path[1]) {
		(void)snprintf(above, sizeof(above), "%s", path);
		*strrchr(above, '/') = 0;
		(void)id(b, *above ? above : "/");
	}
	return make(path);
}

/* A child after its parent was made; the root stays. */
static void clear(void)
{
	while (stage.place_n) {
		char *dir = stage.place[--stage.place_n].dir,
		     *path = stage.place[stage.place_n].path;

		if (path && path[1] && rmdir(dir))
			(void)fail(-errno, "remove %s", dir);
		free(path);
		free(dir);
	}
}

/* ---- a policy ---- */

static void load(const struct bench *b)
{
	const struct kernel_options o = { .maps = stage.shared ? stage.maps : NULL,
		.tell_all = true };

	bench_must(kernel_load(b->compiled, &o, &stage.k), "load");
	bench_must(kernel_has_btf(stage.k) ? 0 : -ENOTSUP, "read the kernel's structures");
	for (int m = 0; !stage.shared && m < MAP_COUNT; m++)
		stage.maps[m] = fcntl(kernel_map_fd(stage.k, m), F_DUPFD_CLOEXEC, 0);
	stage.shared = true;
}

static void unload(void)
{
	kernel_close(stage.k);
	stage.k = NULL;
	clear();
}

/* ---- an attempt ---- */

/*
 * Its first group is the real, the effective or a supplementary one, as its number says; with more than are looked at,
 * only the first two are known. The real one.
 */
static gid_t take_groups(const struct bench_attempt *a)
{
	gid_t more[FENCE_GROUPS + 1], gid[2] = { NOBODYS_GROUP, NOBODYS_GROUP };
	size_t n = a->who.gid_n, first = a->who.gids_known ? a->number % 3 : 0, i = 0, more_n = 0;

	for (; i < n && first + i < 2; i++)
		gid[first + i] = a->gid[i];
	for (; i < n && more_n < FENCE_GROUPS; i++)
		more[more_n++] = a->gid[i];
	bench_must(a->who.gids_known || n <= 2 ? 0 : -EINVAL, "too many groups that are known");
	for (; !a->who.gids_known && more_n <= FENCE_GROUPS; more_n++)
		more[more_n] = NOBODYS_GROUP;
	if (setgroups(more_n, more) || setresgid(gid[0], gid[1], -1))
		bench_must(-errno, "take groups");
	return gid[0];
}

static void tell_target(struct told *t, const struct bench_attempt *a)
{
	t->v6 = strchr(a->address, ':') != NULL;
	if (inet_pton(t->v6 ? AF_INET6 : AF_INET, a->address, t->addr) != 1)
		bench_must(-EINVAL, a->address);
	t->port = a->to.port;
	t->relays = a->relays;
}

static void ask(const struct bench *b, const struct bench_attempt *a, struct answer *out)
{
	static const char packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));
	struct told *t = &stage.k->object->bss->told;
	uint64_t caller[BENCH_LEVELS] = { 0 };

	if (ended)
		exit(128 + ended);
	memset(t, 0, sizeof(*t));
	tell_target(t, a);
	t->now_ns = a->now_ns;
	t->uid = a->who.uid;
	t->euid = a->who.euid;
	t->exe = a->who.exe;
	t->running = a->caller != NULL;
	t->gid = t->running ? take_groups(a) : a->who.gid_n ? a->gid[0] : ~0U;
	if (a->caller && strcmp(a->caller, "?"))
		t->levels = bench_ids(&side, b, a->caller, caller);
	memcpy(t->caller, caller, sizeof(caller));
	if (a->socket && strcmp(a->socket, "?"))
		t->socket = id(b, a->socket);
	if (bpf_prog_test_run_opts(bpf_program__fd(stage.k->object->progs.fence_told), &run))
		bench_must(-errno, "run");
	*out = t->answer;
}

static bool at_least(unsigned major, unsigned minor)
{
	struct utsname name;
	unsigned have[2] = { 0 };

	return !uname(&name) && sscanf(name.release, "%u.%u", &have[0], &have[1]) == 2 &&
	       (have[0] > major || (have[0] == major && have[1] >= minor));
}

int main(void)
{
	if (geteuid() || !at_least(6, 2)) {
		puts(geteuid() ? "needs root"
			       : "needs Linux 6.2, where a program may ask for a cgroup by its id");
		return 77;
	}
	signal(SIGTERM, end);
	signal(SIGINT, end);
	atexit(clear);
	bench_must(cgroup_mount(&stage.mount), "cgroup v2");
	return bench_run(&side);
}
