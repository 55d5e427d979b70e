/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One command's own cgroup: made, fenced, entered, removed. */
#include "cage.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "compile.h"
#include "invoker.h"
#include "plan.h"
#include "policy.h"
#include "process.h"
#include "say.h"
#include "text.h"
#include "translate.h"

#define NAME "smtpfence-run-"
#define NAME_TRIES 100 /* of our pid in one parent: other pid namespaces may share it */
#define LISTED 3 /* processes named, the rest is counted */

struct cage {
	char *mount;
	char *parent; /* directory the held process was found in */
	char *dir; /* NULL: not made */
	struct cage_held held;
	int pidfd;
	struct kernel *kernel;
	int link[HOOK_COUNT];
};

/* A run that was killed with SIGKILL removes nothing. Its pid is in the name. */
static void sweep_one(const char *parent, const char *name)
{
	char *dir, number[16];
	uint64_t pid;

	(void)snprintf(number, sizeof(number), "%.*s", (int)strcspn(name, "-"), name);
	if (text_number(number, INT32_MAX, &pid) || !pid || !kill((pid_t)pid, 0) || errno != ESRCH)
		return;
	if (asprintf(&dir, "%s/" NAME "%s", parent, name) < 0)
		return;
	if (cgroup_populated(dir) == 1)
		say("an earlier run (%s) was killed; what it ran goes on without a fence in %s",
			number, dir);
	else
		(void)rmdir(dir); /* also gone when another run was faster */
	free(dir);
}

static void sweep(const char *parent)
{
	DIR *d = opendir(parent);
	const struct dirent *e;

	if (!d)
		return; /* making ours there says why */
	while ((e = readdir(d)))
		if (!strncmp(e->d_name, NAME, strlen(NAME)))
			sweep_one(parent, e->d_name + strlen(NAME));
	(void)closedir(d);
}

static int make_dir(struct cage *c)
{
	char name[64], *path;
	bool taken = true;

	(void)snprintf(name, sizeof(name), NAME "%d", (int)getpid());
	for (int i = 1; taken && i <= NAME_TRIES; i++) {
		if (asprintf(&path, "%s/%s", c->parent, name) < 0)
			return fail(-ENOMEM, "make a cgroup");
		taken = !access(path, F_OK);
		free(path);
		if (taken)
			(void)snprintf(name, sizeof(name), NAME "%d-%d", (int)getpid(), i);
	}
	return cgroup_create(c->parent, name, &c->dir);
}

static int find_place(struct cage *c)
{
	char *own = NULL;
	int err = cgroup_mount(&c->mount);

	if (err)
		return err;
	err = cgroup_of(c->held.pid, &own);
	if (err)
		return fail(err, "find the cgroup of process %d", (int)c->held.pid);
	if (asprintf(&c->parent, "%s%s", c->mount, strcmp(own, "/") ? own : "") < 0) {
		c->parent = NULL;
		err = fail(-ENOMEM, "make a cgroup");
	}
	free(own);
	return err;
}

/* Names in the policy are looked up with his rights, not ours. */
static int translate(const struct policy *p, const struct invoker *who, struct compiled **out)
{
	char hash[65];
	int err = invoker_enter(who);

	if (err)
		return err;
	err = translate_policy(p, NULL, plan_errno(p), out, hash);
	invoker_leave(who);
	return err;
}

/* A fence that knows less than usual never does so in silence. */
static void say_identity(const struct kernel *k)
{
	if (!kernel_has_btf(k))
		say("CAP_PERFMON is missing: of who tried only process id and user are known");
	else if (!kernel_has_strings(k))
		say("this kernel forbids copying its memory: program paths and arguments are not known");
}

static int raise_fence(struct cage *c, const struct policy *p, const struct invoker *who)
{
	const struct kernel_options options = {
		.tell_all = true, .outcomes = true, .generation = 1
	};
	struct compiled *compiled = NULL;
	int err = translate(p, who, &compiled);

	if (err)
		return err;
	err = kernel_load(compiled, &options, &c->kernel);
	compile_free(compiled);
	if (!err)
		say_identity(c->kernel);
	for (int h = 0; !err && h < HOOK_COUNT; h++)
		if (kernel_uses(c->kernel, h))
			err = kernel_attach(c->kernel, h, c->dir, &c->link[h]);
	return err ? err : kernel_arm(kernel_map_fd(c->kernel, MAP_STATE));
}

int cage_open(const struct policy *p, const struct cage_held *held, const struct invoker *who,
	struct cage **out)
{
	struct cage *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return fail(-ENOMEM, "make a cgroup");
	memset(c->link, -1, sizeof(c->link));
	c->held = *held;
	c->pidfd = (int)syscall(SYS_pidfd_open, held->pid, 0);
	err = c->pidfd < 0 ? fail(-errno, "find process %d", (int)held->pid) : find_place(c);
	if (!err) {
		sweep(c->parent);
		err = make_dir(c);
	}
	if (!err)
		err = raise_fence(c, p, who);
	if (err) {
		cage_close(c);
		return err;
	}
	*out = c;
	return 0;
}

/* Real uid and parent, from /proc/PID/status. */
static bool is_held(const struct cage_held *held)
{
	unsigned parent = 0, uid = 0;
	int found = 0;
	char path[32], line[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)held->pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (found < 2 && fgets(line, sizeof(line), f))
		found += sscanf(line, "PPid: %u", &parent) == 1 ||
			 sscanf(line, "Uid: %u", &uid) == 1;
	(void)fclose(f);
	return found == 2 && parent == (unsigned)held->parent && uid == held->uid;
}

static bool is_alive(int pidfd)
{
	return !syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0);
}

int cage_enter(struct cage *c)
{
	const pid_t pid = c->held.pid;
	int err;

	if (!is_held(&c->held))
		return refuse(-EPERM, "process %d is no child of who asked", (int)pid);
	err = cgroup_move(c->dir, pid);
	if (err || is_alive(c->pidfd))
		return err;
	(void)cgroup_move(c->parent, pid); /* whoever has that number now goes back */
	return refuse(-EPERM, "process %d is not the one it was", (int)pid);
}

void cage_maps(const struct cage *c, int maps[MAP_COUNT])
{
	for (int m = 0; m < MAP_COUNT; m++)
		maps[m] = kernel_map_fd(c->kernel, m);
}

const char *cage_dir(const struct cage *c)
{
	return c->dir;
}

const char *cage_mount(const struct cage *c)
{
	return c->mount;
}

struct list {
	const char *dir;
	char *to;
	size_t size, used, n;
};

__attribute__((format(printf, 2, 3))) static void add(struct list *l, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(l->to + l->used, l->size - l->used, fmt, args);
	va_end(args);
	l->used = n < 0 || (size_t)n >= l->size - l->used ? l->size - 1 : l->used + (size_t)n;
}

static int list_dir(const char *path, void *arg)
{
	struct list *l = arg;
	char file[4096], line[32], comm[FENCE_COMM], name[4 * FENCE_COMM];
	FILE *f;

	(void)snprintf(file, sizeof(file), "%s%s/cgroup.procs", l->dir, path);
	f = fopen(file, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (l->n++ >= LISTED)
			continue;
		if (process_comm(atoi(line), comm))
			(void)snprintf(comm, sizeof(comm), "process");
		text_inert(name, sizeof(name), comm, strnlen(comm, sizeof(comm)));
		add(l, "%s%s (%d)", l->used ? ", " : "", name, atoi(line));
	}
	if (f)
		(void)fclose(f);
	return 0;
}

size_t cage_list(const struct cage *c, char *to, size_t size)
{
	struct list l = { .dir = c->dir, .to = to, .size = size };

	*to = 0;
	(void)cgroup_walk(c->dir, list_dir, &l);
	if (l.n > LISTED)
		add(&l, ", %zu more", l.n - LISTED);
	return l.n;
}

void cage_close(struct cage *c)
{
	if (!c)
		return;
	for (int h = 0; h < HOOK_COUNT; h++)
		if (c->link[h] >= 0)
			(void)close(c->link[h]); /* the last reference: detaches */
	kernel_close(c->kernel);
	if (c->dir)
		(void)cgroup_remove(c->dir); /* said there; the next run sweeps */
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	free(c->dir);
	free(c->parent);
	free(c->mount);
	free(c);
}
