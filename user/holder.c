/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "holder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* As hierarchy_allows_attach() of the kernel decides. fd of the cgroup it is on, or -ENOENT. */
static int find_program(int dir, unsigned type, __u32 *id)
{
	__u32 flags, count, allowed = BPF_F_ALLOW_MULTI;
	int at = fcntl(dir, F_DUPFD_CLOEXEC, 0), up;

	while (at >= 0) {
		flags = 0;
		count = 1;
		if (bpf_prog_query(at, type, 0, &flags, id, &count))
			break; /* several programs (-ENOSPC), or above the root: no cgroup */
		if (count && !(flags & allowed))
			return at;
		if (count)
			break;
		allowed = BPF_F_ALLOW_MULTI | BPF_F_ALLOW_OVERRIDE;
		up = openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = up;
	}
	if (at >= 0)
		close(at);
	return -ENOENT;
}

int holder_find(int dir, unsigned type, struct holder *out)
{
	struct bpf_prog_info info = {};
	struct holder found = { .cgroup = "?" };
	__u32 size = sizeof(info);
	char link[32];
	int at = find_program(dir, type, &found.id), fd;

	if (at < 0)
		return at;
	fd = bpf_prog_get_fd_by_id(found.id);
	if (fd >= 0) {
		if (!bpf_obj_get_info_by_fd(fd, &info, &size))
			memcpy(found.name, info.name, sizeof(found.name));
		close(fd);
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", at);
	(void)!readlink(link, found.cgroup, sizeof(found.cgroup) - 1); /* then without the place */
	close(at);
	*out = found;
	return 0;
}
