/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who a process that is there now would be to the hooks, as a question for judge(). */
#include "fate.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "compile.h"
#include "policy.h"
#include "process.h"
#include "senders.h"
#include "sockets.h"
#include "text.h"

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/*
 * `seen` is the file through /proc/PID, `path` its name in that process's mount namespace. A service
 * with a mount namespace of its own (PrivateTmp) has mounts that our mountinfo does not list: if our
 * file of that name is the same one, it has the key. A container's stays unknown.
 */
static void exe_key(const char *seen, const char *path, struct fence_exe *key)
{
	if (process_exe_key(seen, key) && same_file(seen, path))
		(void)process_exe_key(path, key); /* unknown stays unknown */
}

void fate_place(const char *mount, const char *path, struct fate_subject *out)
{
	char dir[PATH_MAX];
	const char *end = path;
	size_t n = 0;
	int len;

	out->cgroup_n = 0;
	while (n < sizeof(out->cgroup) / sizeof(*out->cgroup)) {
		len = snprintf(dir, sizeof(dir), "%s%.*s", mount, (int)(end - path), path);
		if (len < 0 || (size_t)len >= sizeof(dir) || cgroup_id(dir, &out->cgroup[n]))
			return;
		n++;
		end += strspn(end, "/");
		if (!*end)
			break;
		end += strcspn(end, "/");
	}
	out->cgroup_n = n;
}

static void groups(pid_t pid, struct fate_subject *out)
{
	const size_t room = sizeof(out->gid) / sizeof(*out->gid);
	ssize_t n = process_groups(pid, out->gid, room);

	out->gids_known = n >= 0;
	if (n > 0)
		out->gid_n = (size_t)n < room ? (size_t)n : room;
}

/* A client of another user than its server's has that user's groups, which are not looked up here. */
void fate_sender(const char *cgroup_mount, const struct sender *s, struct fate_subject *out)
{
	char seen[PATH_MAX];
	bool apart = strcmp(s->client, s->exe) != 0;

	memset(out, 0, sizeof(*out));
	out->uid = s->client_uid;
	if (s->client_uid == s->uid)
		groups(s->pid, out);
	snprintf(seen, sizeof(seen), "/proc/%d/%s%s", s->pid, apart ? "root" : "exe",
		apart ? s->client : "");
	exe_key(seen, s->client, &out->exe);
	fate_place(cgroup_mount, s->cgroup, out);
}

void fate_socket(const char *cgroup_mount, const struct socket_seen *s, struct fate_subject *out)
{
	char *path = NULL, seen[64];

	memset(out, 0, sizeof(*out));
	out->uid = s->uid;
	if (s->pid)
		groups(s->pid, out);
	if (s->pid && !process_exe(s->pid, &path)) {
		snprintf(seen, sizeof(seen), "/proc/%d/exe", s->pid);
		exe_key(seen, path, &out->exe);
		free(path);
	}
	path = NULL;
	if (s->cgroup && !cgroup_path(cgroup_mount, s->cgroup, &path)) {
		fate_place(cgroup_mount, path, out);
		free(path);
	}
}

struct judge_who fate_who(const struct fate_subject *s)
{
	return (struct judge_who){ .uid = s->uid,
		.euid = s->uid,
		.gid = s->gid,
		.gid_n = s->gid_n,
		.gids_known = s->gids_known,
		.exe = s->exe,
		.cgroup = s->cgroup,
		.cgroup_n = s->cgroup_n };
}

struct answer fate_answer(
	const struct compiled *c, const struct fate_subject *s, const struct judge_target *to)
{
	struct judge_who who = fate_who(s);

	return judge(c, &who, to, text_wall_now() - text_boot_offset());
}

static bool any_covers(const struct address *prefix, size_t n, const struct address *a)
{
	for (size_t i = 0; i < n; i++)
		if (prefix[i].bits && address_covers(&prefix[i], a))
			return true;
	return false;
}

static bool named(const struct policy *p, const struct address *a)
{
	for (size_t i = 0; i < p->rule_n; i++) {
		const struct selectors *s = &p->rule[i].when;

		if (any_covers(s->to, s->to_n, a) || any_covers(s->not_to, s->not_to_n, a))
			return true;
	}
	return false;
}

struct address fate_public(const struct policy *p)
{
	/* One of each documentation range, then space that was never given out. */
	static const char *const some[] = { "203.0.113.1", "198.51.100.1", "192.0.2.1",
		"240.0.0.1" };
	struct address a = { 0 };

	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++)
		if (!address_parse(some[i], &a) && !named(p, &a))
			break;
	return a;
}

/* What the policy leaves alone is not worth a word. */
size_t fate_ports(const struct compiled *c, const struct policy *p, const struct fate_subject *s,
	struct fate_port f[FENCE_PORTS])
{
	const struct fence_settings *set = &c->settings;
	struct judge_target to = { .address = fate_public(p) };
	size_t n = 0;

	for (int i = 0; i < set->ports; i++) {
		to.port = set->port[i];
		f[n].port = to.port;
		f[n].answer = fate_answer(c, s, &to);
		n += f[n].answer.reason != REASON_OPEN && f[n].answer.reason != REASON_SCOPE;
	}
	return n;
}
