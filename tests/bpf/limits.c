/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect() up to a limit, and by the groups of who tries. */
#include <grp.h>
#include <sys/wait.h>

#include "lib/stage.h"
#include "sweep.h"

#define GROUP 12345

static void limit_policy(struct plain *p, __u32 most, __u16 most_to)
{
	plain_make(p, 1);
	p->c.settings.has_limit = 1;
	p->term[0].action = ACTION_LIMIT;
	p->term[0].limit = 99;
	p->term[0].window_ns = 3600000000000ULL;
	p->term[0].most = most;
	p->term[0].most_to = most_to;
}

static bool begin(struct stage *s, const struct plain *p, const char *name)
{
	bool good = stage_begin(s, p);

	if (!good)
		result(false, name, "no program set");
	return good;
}

static void attempt(const char *to, int right, const char *name)
{
	char detail[80] = "";
	int err = stage_try(to, 25);

	if (err != right)
		snprintf(detail, sizeof(detail), "%s", strerror(err));
	result(err == right, name, detail);
}

static void connections(struct stage *s)
{
	static struct plain p;
	int fd = stage_socket(AF_INET);

	limit_policy(&p, 2, 0);
	if (!begin(s, &p, "a limit of connections"))
		return;
	result(stage_connect(fd, "192.0.2.9", 25) == EINPROGRESS, "a first connection", "");
	usleep(1300000);
	attempt("2001:db8::9", EINPROGRESS, "what is sent again takes no second token");
	attempt("203.0.113.1", EACCES, "a third is over the limit");
	result(stage_count(s, VERDICT_DENIED, HOOK_CONNECT4, REASON_LIMIT) == 1, "and counted so",
		"");
	ring_buffer__poll(s->ring, 0);
	result(s->attempt.action == ACTION_LIMIT && s->attempt.err == EACCES &&
			s->attempt.reason == REASON_LIMIT,
		"and told so", "");
	close(fd);
	stage_end(s);
}

static void targets(struct stage *s)
{
	static struct plain p;

	limit_policy(&p, 0, 2);
	if (!begin(s, &p, "a limit of targets"))
		return;
	attempt("203.0.113.1", EINPROGRESS, "a first target");
	attempt("2001:db8:1::1", EINPROGRESS, "a second target");
	attempt("::ffff:203.0.113.1", EINPROGRESS, "the first, as v4-mapped");
	attempt("203.0.113.2", EACCES, "a third target");
	attempt("2001:db8:1::1", EINPROGRESS, "one that is known");
	stage_end(s);
}

static void audited(struct stage *s)
{
	static struct plain p;

	limit_policy(&p, 1, 0);
	p.term[0].audit = 1;
	if (!begin(s, &p, "a limit in audit"))
		return;
	attempt("203.0.113.1", EINPROGRESS, "below a limit in audit");
	attempt("203.0.113.1", EINPROGRESS, "above it");
	result(stage_count(s, VERDICT_AUDITED, HOOK_CONNECT4, REASON_LIMIT) == 1 &&
			stage_count(s, VERDICT_ALLOWED, HOOK_CONNECT4, REASON_RULE) == 1,
		"is noted only", "");
	stage_end(s);
}

/* What a child of ours in another cgroup is told. */
static int from_cgroup(const char *dir, const char *to)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(cgroup_move(dir, 0) ? 255 : stage_try(to, 25));
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void cgroups(struct stage *s)
{
	static struct plain p;
	char *dir = NULL;

	limit_policy(&p, 1, 0);
	if (!begin(s, &p, "a limit of each cgroup"))
		return;
	attempt("203.0.113.1", EINPROGRESS, "one cgroup's token");
	attempt("203.0.113.1", EACCES, "is used up");
	if (!cgroup_create(s->dir, "other", &dir)) {
		result(from_cgroup(dir, "203.0.113.1") == EINPROGRESS, "another has its own", "");
		result(from_cgroup(dir, "203.0.113.1") == EACCES, "and only that", "");
		cgroup_remove(dir);
	}
	free(dir);
	stage_end(s);
}

/* All of a workload has one window: cgroups that it makes below its own gain nothing. */
static void workloads(struct stage *s)
{
	static struct plain p;
	struct compiled_cgroup known = { .class = { VECTOR_CGROUP_OTHER, VECTOR_CGROUP_OTHER, 1 } };
	char *dir = NULL;

	limit_policy(&p, 2, 0);
	p.c.cgroup = &known;
	p.c.cgroup_n = 1;
	if (cgroup_id(s->dir, &known.id) || !begin(s, &p, "a limit of a workload"))
		return;
	attempt("203.0.113.1", EINPROGRESS, "the first of a workload");
	if (!cgroup_create(s->dir, "other", &dir)) {
		result(from_cgroup(dir, "203.0.113.1") == EINPROGRESS, "the second, from below it",
			"");
		result(from_cgroup(dir, "203.0.113.1") == EACCES, "a third is over it there", "");
		cgroup_remove(dir);
	}
	attempt("203.0.113.1", EACCES, "and where the first was");
	free(dir);
	stage_end(s);
}

/* Windows that are over fill the map, until they are swept. */
static void swept(struct stage *s)
{
	static struct plain p;
	static struct fence_limit value = { .start_ns = 1 };
	struct fence_limit_key key = { .limit = 99, .cgroup = 1ULL << 40 };
	struct sweep sweep = { .term = p.term, .n = 1, .mount = s->mount };

	limit_policy(&p, 2, 0);
	p.term[0].window_ns = 1000;
	if (!begin(s, &p, "a map full of windows"))
		return;
	sweep.limits = s->maps[MAP_LIMITS];
	while (!bpf_map_update_elem(sweep.limits, &key, &value, BPF_ANY))
		key.cgroup++;
	attempt("203.0.113.1", EACCES, "with a map full of windows there is no room to count");
	result(!sweep_limits(&sweep), "those that are over are swept", "");
	attempt("203.0.113.1", EINPROGRESS, "then there is");
	result(bpf_map_get_next_key(sweep.limits, NULL, &key) == 0 &&
			bpf_map_get_next_key(sweep.limits, &key, &key) != 0,
		"nothing else is left", "");
	stage_end(s);
}

/* Two program sets one after the other count in the same place when they share it. */
static void outlives(struct stage *s)
{
	static struct plain p;
	struct stage next = *s;
	struct kernel_options o = { .maps = s->maps, .outcomes = true, .generation = 1 };

	limit_policy(&p, 1, 0);
	if (!begin(s, &p, "a limit that outlives its policy"))
		return;
	attempt("203.0.113.1", EINPROGRESS, "under one policy");
	if (kernel_load(&p.c, &o, &next.k) ||
		kernel_replace(next.k, HOOK_CONNECT4, s->link[HOOK_CONNECT4]))
		result(false, "a policy later", "no program set");
	attempt("203.0.113.1", EACCES, "the next one goes on counting");
	kernel_close(next.k);
	stage_end(s);
}

/* ---- groups ---- */

static const struct {
	const char *name;
	gid_t real, effective;
	int others; /* supplementary groups; the last one is the one that matters */
	bool with; /* it is there */
	int allow, block; /* what connect() says when it is allowed, when it is blocked */
} members[] = {
	{ "no member", 1, 1, 3, false, EPERM, EINPROGRESS },
	{ "by the real group", GROUP, 1, 0, false, EINPROGRESS, EACCES },
	{ "by the effective group", 1, GROUP, 0, false, EINPROGRESS, EACCES },
	{ "by the only other group", 1, 1, 1, true, EINPROGRESS, EACCES },
	{ "by the last of many", 1, 1, FENCE_GROUPS, true, EINPROGRESS, EACCES },
	{ "with more than are looked at", 1, 1, FENCE_GROUPS + 1, true, EPERM, EACCES },
	{ "with more, and the real one", GROUP, 1, FENCE_GROUPS + 1, false, EINPROGRESS, EACCES },
};

static int as_member(size_t i)
{
	gid_t list[FENCE_GROUPS + 1];
	int status;
	pid_t child = fork();

	for (int n = 0; n < members[i].others; n++)
		list[n] = n + 1 == members[i].others && members[i].with ? GROUP : 20000 + n;
	if (!child)
		_exit(setgroups(members[i].others, list) ||
					setresgid(members[i].real, members[i].effective, -1)
				? 255
				: stage_try("203.0.113.1", 25));
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void groups(struct stage *s, bool strict)
{
	static struct plain p;
	char name[80], detail[80];
	int right, err;

	plain_make(&p, strict ? 2 : 1);
	p.term[0].action = strict ? ACTION_BLOCK : ACTION_ALLOW;
	plain_group(&p, 0, GROUP);
	if (!begin(s, &p, "terms by group"))
		return;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		right = strict ? members[i].block : members[i].allow;
		err = as_member(i);
		snprintf(name, sizeof(name), "%s %s", strict ? "blocked" : "allowed",
			members[i].name);
		snprintf(detail, sizeof(detail), "%s", err == right ? "" : strerror(err));
		result(err == right, name, detail);
	}
	ring_buffer__poll(s->ring, 0);
	stage_end(s);
}

/* What sending a SYN says. */
static int raw_send(int fd)
{
	static const __u8 syn[20] = { 156, 91, 0, 25, [12] = 0x50, 2, 4 };
	struct sockaddr_in to = { .sin_family = AF_INET };

	inet_pton(AF_INET, "192.0.2.9", &to.sin_addr);
	return sendto(fd, syn, sizeof(syn), 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

/* A child's: of a socket of its own, or of one that its parent, a member, has made. */
static int raw_member(bool member, bool own)
{
	static const gid_t list[] = { 20000, GROUP };
	int status, fd;
	pid_t child = fork();

	if (!child) {
		if (setgroups(member ? 2 : 1, list))
			_exit(255);
		fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
		if (own)
			_exit(raw_send(fd));
		child = fork();
		if (!child)
			_exit(raw_send(fd));
		_exit(waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : 255);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A packet is of the process that its socket's mark names only while that runs. */
static void packets(struct stage *s)
{
	static struct plain p;

	plain_make(&p, 1);
	plain_group(&p, 0, GROUP);
	if (!begin(s, &p, "packets by group"))
		return;
	result(raw_member(true, true) == 0, "a member's packet", "");
	result(raw_member(false, true) == EPERM, "another's packet", "");
	result(raw_member(true, false) == EPERM, "a packet by a socket that a member gave away",
		"");
	stage_end(s);
}

int main(void)
{
	struct stage s;

	if (!stage_open(&s)) {
		result(false, "a stage", strerror(errno));
	} else {
		connections(&s);
		targets(&s);
		audited(&s);
		cgroups(&s);
		workloads(&s);
		swept(&s);
		outlives(&s);
		groups(&s, false);
		groups(&s, true);
		packets(&s);
	}
	stage_close(&s);
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
