/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "link.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf/fence.h"
#include "say.h"

#define MAPS_MAX 64
#define TRIES 16 /* `up` may exchange the program between two questions */

static int read_settings(int map, __u32 value_size, struct link_seen *out)
{
	struct fence_settings *s = calloc(1, value_size);
	__u32 zero = 0;
	int err = 0;

	if (!s)
		return -ENOMEM;
	if (bpf_map_lookup_elem(map, &zero, s)) {
		err = -errno;
	} else {
		out->generation = s->generation;
		out->enforce = s->enforce;
		out->with_btf = s->with_btf;
		out->with_strings = s->with_strings;
		out->detours = s->has_detour;
		out->follows = s->has_cgroup || s->has_exe || s->has_limit;
		out->policy = s->policy;
		out->terms = s->terms;
		out->rules_at = s->rules_at;
		out->words = s->words;
		for (int i = 0, n = 0; i < s->ports && i < FENCE_PORTS; i++)
			if (s->blocked >> i & 1)
				out->blocked[n++] = s->port[i];
	}
	free(s);
	return err;
}

/* -ENOENT unless the map is the program's .rodata. */
static int look_map(__u32 id, struct link_seen *out)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id), err = -ENOENT;

	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		err = -errno;
	else if (strstr(info.name, ".rodata") && info.value_size >= sizeof(struct fence_settings))
		err = read_settings(fd, info.value_size, out);
	close(fd);
	return err;
}

static int look_program(struct link_seen *out)
{
	struct bpf_prog_info info = {};
	__u32 maps[MAPS_MAX] = {}, size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(out->program), err = 0;

	if (fd < 0)
		return -errno;
	info.nr_map_ids = MAPS_MAX;
	info.map_ids = (__u64)(unsigned long)maps;
	if (bpf_obj_get_info_by_fd(fd, &info, &size)) {
		err = -errno;
		goto out;
	}
	memcpy(out->tag, info.tag, sizeof(out->tag));
	err = -ENOENT;
	for (__u32 i = 0; err == -ENOENT && i < info.nr_map_ids && i < MAPS_MAX; i++)
		err = look_map(maps[i], out);
	if (err == -ENOENT)
		err = 0; /* a program that asks for no setting has no .rodata */
out:
	close(fd); /* not before: it holds the maps */
	return err;
}

static int look_once(int link_fd, struct link_seen *out)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link_fd, &info, &size))
		return -errno;
	*out = (struct link_seen){
		.id = info.id,
		.program = info.prog_id,
		.cgroup = info.cgroup.cgroup_id,
	};
	return look_program(out);
}

int link_look(int link_fd, struct link_seen *out)
{
	struct link_seen seen = {};
	int err = -ENOENT;

	for (int i = 0; err == -ENOENT && i < TRIES; i++)
		err = look_once(link_fd, &seen);
	if (err)
		return fail(err == -ENOENT ? -EAGAIN : err, "look at link %u, program %u", seen.id,
			seen.program);
	*out = seen;
	return 0;
}
