/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every program loads, with each set of load-time switches, within the budget of instructions. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>

#include "bpf/fence.h"

#define BUDGET 100000 /* of instructions processed by the verifier, per program */
#define LOG_BYTES (16 << 20)

struct switches {
	const char *name;
	bool btf, strings;
	bool selectors; /* and limits, detours, exemptions */
	bool all_words;
};

static const struct switches cases[] = {
	{ "everything on", true, true, true, true },
	{ "without strings", true, false, true, true },
	{ "without btf", false, false, true, true },
	{ "no rule", true, true, false, false },
};

/*
 * All that enforcement may ask for (reliability R7). Last, since what is dropped stays dropped; not before
 * 6.16, which falls back to a barrier where a speculative path comes to a helper that may not be called:
 * older ones refuse the program, although the path is switched off.
 */
static const struct switches two_caps = { "CAP_BPF and CAP_NET_ADMIN alone", false, false, true,
	true };

static unsigned tests, failures;

static void result(bool good, const char *name, const char *detail)
{
	tests++;
	failures += !good;
	printf("%sok %u - %s%s%s\n", good ? "" : "not ", tests, name, *detail ? " # " : "", detail);
}

static void settle(struct bpf_object *o, const struct switches *s)
{
	struct bpf_map *rodata = bpf_object__find_map_by_name(o, ".rodata");
	struct fence_settings *set;
	size_t size;

	if (!rodata)
		rodata = bpf_object__find_map_by_name(o, "fence.rodata");
	set = rodata ? (void *)bpf_map__initial_value(rodata, &size) : NULL;
	if (!set || size < sizeof(*set)) {
		result(false, "settings in .rodata", "not found");
		exit(1);
	}
	set->with_btf = s->btf;
	set->with_strings = s->strings;
	set->has_to = set->has_uid = set->has_exe = set->has_cgroup = s->selectors;
	set->has_gid = set->has_limit = set->has_detour = s->selectors;
	set->rules_at = s->selectors ? FENCE_EXEMPTIONS : 0;
	set->words = s->all_words ? FENCE_WORDS : 1;
	set->ports = 5;
	set->host_netns = 1;
	set->enforce = 1;
}

static bool at_least(unsigned major, unsigned minor)
{
	struct utsname name;
	unsigned have[2] = {};

	return !uname(&name) && sscanf(name.release, "%u.%u", &have[0], &have[1]) == 2 &&
	       (have[0] > major || (have[0] == major && have[1] >= minor));
}

static bool drop_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = {};

	caps[0].effective = caps[0].permitted = CAP_TO_MASK(CAP_NET_ADMIN);
	caps[1].effective = caps[1].permitted = CAP_TO_MASK(CAP_BPF);
	return !syscall(SYS_capset, &head, caps);
}

/* "processed 1234 insns (limit ...)" at the end of the log. */
static unsigned long processed(const char *log)
{
	const char *p = strstr(log, "\nprocessed ");

	return p ? strtoul(p + 11, NULL, 10) : 0;
}

static void judge(struct bpf_program *p, const struct switches *s, const char *log, bool loaded)
{
	unsigned long n = processed(*log == 'p' ? log - 1 : log);
	char name[128], detail[64] = "";

	snprintf(name, sizeof(name), "%s, %s", bpf_program__name(p), s->name);
	if (loaded)
		snprintf(detail, sizeof(detail), "%lu insns", n);
	result(loaded && n && n <= BUDGET, name, detail);
}

static void load(const char *path, const struct switches *s)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	struct bpf_program *p;
	char *logs[HOOK_COUNT];
	bool loaded;
	int i = 0;

	if (!o) {
		result(false, path, strerror(errno));
		return;
	}
	settle(o, s);
	bpf_object__for_each_program(p, o)
	{
		logs[i] = calloc(1, LOG_BYTES);
		logs[i][0] = '\n';
		bpf_program__set_log_level(p, 4);
		bpf_program__set_log_buf(p, logs[i] + 1, LOG_BYTES - 1);
		i++;
	}
	loaded = !bpf_object__load(o);
	i = 0;
	bpf_object__for_each_program(p, o)
	{
		judge(p, s, logs[i], bpf_program__fd(p) >= 0);
		if (!loaded && bpf_program__fd(p) < 0)
			fprintf(stderr, "%s:\n%s\n", bpf_program__name(p),
				logs[i] + (strlen(logs[i]) > 3000 ? strlen(logs[i]) - 3000 : 0));
		free(logs[i++]);
	}
	bpf_object__close(o);
}

/* verifier OBJECT...; default the one that was built, in the directory O. */
int main(int argc, char **argv)
{
	const char *built = getenv("O");
	char object[PATH_MAX];
	char *usual[] = { argv[0], object, NULL };
	char **objects = argc > 1 ? argv : usual;

	snprintf(object, sizeof(object), "%s/fence.bpf.o", built ? built : ".output");
	for (int n = 1; objects[n]; n++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
			load(objects[n], &cases[i]);
	if (at_least(6, 16) && !drop_caps())
		result(false, "drop all other capabilities", strerror(errno));
	for (int n = 1; at_least(6, 16) && objects[n]; n++)
		load(objects[n], &two_caps);
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
