/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>

#include "fence.skel.h"
#include "fill.h"
#include "holder.h"
#include "say.h"

#define MAPS_MAX 64 /* that a program of ours uses, at most */
#define TRIES 16

struct kernel {
	struct fence *object;
	bool btf;
	bool strings;
	bool outcomes;
	bool peers; /* something is redirected without its program's knowing */
};

static const char *const map_names[] = {
	[MAP_STATE] = "fence_state",
	[MAP_TOTALS] = "fence_totals",
	[MAP_CGTOTALS] = "fence_cgtotals",
	[MAP_EVENTS] = "fence_events",
	[MAP_SEQ] = "fence_seq",
	[MAP_MARK] = "fence_mark",
	[MAP_SEEN] = "fence_seen",
	[MAP_CURSOR] = "fence_cursor",
	[MAP_DETOUR] = "fence_detour",
	[MAP_LIMITS] = "fence_limits",
};
_Static_assert(sizeof(map_names) / sizeof(*map_names) == MAP_COUNT, "a name per map");

static const struct {
	const char *name;
	enum bpf_attach_type type;
} programs[] = {
	[HOOK_CONNECT4] = { "fence_connect4", BPF_CGROUP_INET4_CONNECT },
	[HOOK_CONNECT6] = { "fence_connect6", BPF_CGROUP_INET6_CONNECT },
	[HOOK_EGRESS] = { "fence_egress", BPF_CGROUP_INET_EGRESS },
	[HOOK_CREATE] = { "fence_create", BPF_CGROUP_INET_SOCK_CREATE },
	[HOOK_SOCKOPS] = { "fence_sockops", BPF_CGROUP_SOCK_OPS },
	[HOOK_RELEASE] = { "fence_release", BPF_CGROUP_INET_SOCK_RELEASE },
	[HOOK_PEER4] = { "fence_peer4", BPF_CGROUP_INET4_GETPEERNAME },
	[HOOK_PEER6] = { "fence_peer6", BPF_CGROUP_INET6_GETPEERNAME },
};
_Static_assert(sizeof(programs) / sizeof(*programs) == HOOK_COUNT, "a program per hook");

const char *kernel_map_name(enum kernel_map m)
{
	return map_names[m];
}

const char *kernel_program_name(enum hook h)
{
	return programs[h].name;
}

/* libbpf speaks one level below us: warnings at -v, the rest at -vv. */
static int libbpf_says(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char line[1024];
	int n;

	if (say_level_now() < (level == LIBBPF_WARN ? 1 : 2))
		return 0;
	n = vsnprintf(line, sizeof(line), fmt, args);
	if (n > 0 && (size_t)n < sizeof(line) && line[n - 1] == '\n')
		line[n - 1] = '\0';
	note("  %s", line);
	return n;
}

bool kernel_uses(const struct kernel *k, enum hook h)
{
	switch (h) {
	case HOOK_SOCKOPS:
	case HOOK_RELEASE:
		return k->outcomes;
	case HOOK_PEER4:
	case HOOK_PEER6:
		return k->peers;
	default:
		return true;
	}
}

static bool hides_redirects(const struct compiled *c)
{
	for (size_t i = 0; i < c->term_n; i++)
		if (c->term[i].transparent)
			return true;
	return false;
}

/* What must be set before the verifier sees the programs. */
static int prepare(struct kernel *k, const struct compiled *c, const struct kernel_options *o)
{
	struct fence_settings *s = (void *)&k->object->rodata->settings;
	int err;

	*s = c->settings;
	s->with_btf = k->btf;
	s->with_strings = k->strings;
	s->tell_all = o->tell_all;
	s->generation = o->generation;
	for (int h = 0; h < HOOK_COUNT; h++)
		bpf_program__set_autoload(
			bpf_object__find_program_by_name(k->object->obj, programs[h].name),
			kernel_uses(k, h));
	for (int m = 0; o->maps && m < MAP_COUNT; m++) {
		err = bpf_map__reuse_fd(
			bpf_object__find_map_by_name(k->object->obj, map_names[m]), o->maps[m]);
		if (err)
			return fail(err, "share map %s", map_names[m]);
	}
	return fill_sizes(k->object->obj, c, &s->host_netns);
}

static int open_anew(struct kernel *k, const struct compiled *c, const struct kernel_options *o)
{
	fence__destroy(k->object);
	k->object = fence__open();
	if (!k->object)
		return fail(-errno, "open the kernel programs");
	return prepare(k, c, o);
}

/* Also when the kernel does not say. */
static bool has_perfmon(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = {};

	return syscall(SYS_capget, &head, caps) || caps[1].effective & CAP_TO_MASK(CAP_PERFMON) ||
	       caps[0].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

/*
 * With all of identity; without strings (lockdown=confidentiality refuses to copy kernel memory);
 * without btf (no CAP_PERFMON). Out of memory is no reason to try for less.
 */
static int load_best(struct kernel *k, const struct compiled *c, const struct kernel_options *o)
{
	static const struct {
		bool btf, strings;
	} tries[] = { { true, true }, { true, false }, { false, false } };
	int err = 0;

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		k->btf = tries[i].btf;
		k->strings = tries[i].strings;
		err = open_anew(k, c, o);
		if (err)
			return err;
		err = fence__load(k->object);
		if (!err || err == -ENOMEM || err == -E2BIG)
			break;
	}
	if ((err == -EACCES || err == -EINVAL) && !has_perfmon())
		return refuse(-EPERM,
			"load the kernel programs: this kernel's verifier wants CAP_PERFMON (from Linux 6.16 on it does without)");
	if (err)
		return fail(err, "load the kernel programs");
	if (!k->btf && (c->settings.has_exe || c->settings.has_gid))
		return refuse(-ENOTSUP,
			"a rule selects by %s, which this kernel does not let us read",
			c->settings.has_exe ? "exe" : "group");
	return 0;
}

/* The programs find the kernel's structures by its BTF; libbpf would only say "no such process". */
static int check_btf(void)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		return 0;
	return refuse(-ENOTSUP,
		"this kernel does not tell its types: /sys/kernel/btf/vmlinux is missing (CONFIG_DEBUG_INFO_BTF, in the kernels of Debian 12 and later, or /sys is not mounted)");
}

int kernel_load(const struct compiled *c, const struct kernel_options *o, struct kernel **out)
{
	struct kernel *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return fail(-ENOMEM, "load the kernel programs");
	libbpf_set_print(libbpf_says);
	k->outcomes = o->outcomes;
	k->peers = hides_redirects(c);
	err = check_btf();
	if (!err)
		err = load_best(k, c, o);
	if (!err)
		err = fill_maps(k->object->obj, c);
	if (err) {
		kernel_close(k);
		return err;
	}
	*out = k;
	return 0;
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	fence__destroy(k->object);
	free(k);
}

int kernel_map_fd(const struct kernel *k, enum kernel_map m)
{
	return bpf_object__find_map_fd_by_name(k->object->obj, map_names[m]);
}

int kernel_program_fd(const struct kernel *k, enum hook h)
{
	return bpf_program__fd(bpf_object__find_program_by_name(k->object->obj, programs[h].name));
}

bool kernel_has_btf(const struct kernel *k)
{
	return k->btf;
}

bool kernel_has_strings(const struct kernel *k)
{
	return k->strings;
}

static int refuse_attach(int dir, const char *cgroup_dir, enum hook h)
{
	struct holder held;

	if (holder_find(dir, programs[h].type, &held))
		return fail(-EPERM, "attach %s to %s", programs[h].name, cgroup_dir);
	return refuse(-EBUSY, "attach %s to %s: held exclusively by program '%s' (id %u) on %s",
		programs[h].name, cgroup_dir, held.name, held.id, held.cgroup);
}

int kernel_attach(const struct kernel *k, enum hook h, const char *cgroup_dir, int *link_fd)
{
	int dir = open(cgroup_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int link, err = 0;

	if (dir < 0)
		return fail(-errno, "open %s", cgroup_dir);
	link = bpf_link_create(kernel_program_fd(k, h), dir, programs[h].type, NULL);
	if (link >= 0)
		*link_fd = link;
	else if (errno == EPERM)
		err = refuse_attach(dir, cgroup_dir, h);
	else if (errno == EBADF)
		err = refuse(-EINVAL, "attach %s to %s: no directory of cgroup v2",
			programs[h].name, cgroup_dir);
	else
		err = fail(-errno, "attach %s to %s", programs[h].name, cgroup_dir);
	close(dir);
	return err;
}

int kernel_replace(const struct kernel *k, enum hook h, int link_fd)
{
	if (!bpf_link_update(link_fd, kernel_program_fd(k, h), NULL))
		return 0;
	if (errno == ENOLINK)
		return -ENOLINK;
	return fail(-errno, "put %s in the place of the one attached", programs[h].name);
}

int kernel_state(int state_map_fd, struct fence_state *out)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(state_map_fd, &zero, out))
		return fail(-errno, "read map %s", map_names[MAP_STATE]);
	return 0;
}

int kernel_arm(int state_map_fd)
{
	struct fence_state s;
	struct timespec now;
	__u32 zero = 0;
	int err;

	err = kernel_state(state_map_fd, &s);
	if (err)
		return err;
	if (s.armed)
		return 0;
	clock_gettime(CLOCK_BOOTTIME, &now);
	s.armed = 1;
	s.layout = FENCE_LAYOUT;
	s.since_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	if (bpf_map_update_elem(state_map_fd, &zero, &s, BPF_EXIST))
		return fail(-errno, "write map %s", map_names[MAP_STATE]);
	return 0;
}

/* A map of a program that is known to be there; -ENOENT when it uses none of that name. */
static int find_map(int program, const char *name)
{
	struct bpf_prog_info info = {};
	struct bpf_map_info map;
	__u32 ids[MAPS_MAX] = {}, size = sizeof(info);

	info.nr_map_ids = MAPS_MAX;
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return -errno;
	for (__u32 i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (fd < 0)
			return -errno;
		memset(&map, 0, sizeof(map));
		size = sizeof(map);
		if (!bpf_obj_get_info_by_fd(fd, &map, &size) &&
			!strncmp(map.name, name, sizeof(map.name)))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

int kernel_policy_map(int link_fd, const char *name)
{
	struct bpf_link_info info;
	__u32 size;
	int program, map;

	/* `up` may exchange the program between two questions, which takes the old one away. */
	for (int i = 0; i < TRIES; i++) {
		memset(&info, 0, sizeof(info));
		size = sizeof(info);
		if (bpf_obj_get_info_by_fd(link_fd, &info, &size))
			return -errno;
		program = bpf_prog_get_fd_by_id(info.prog_id);
		if (program < 0 && errno == ENOENT)
			continue;
		if (program < 0)
			return -errno;
		map = find_map(program, name);
		close(program); /* not before: it holds the maps */
		return map;
	}
	return -EAGAIN;
}
