/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mail servers and sendmail stand-ins of this machine, running or installed. */
#include "senders.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "mta.h"
#include "process.h"
#include "say.h"

struct list {
	struct sender *s;
	size_t n;
	int err;
};

const char *senders_name(const char *exe)
{
	const struct mta *m = exe ? mta_by_exe(exe) : NULL;

	return m ? m->name : NULL;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void clear(struct sender *s)
{
	free(s->exe);
	free(s->client);
	free(s->cgroup);
}

/* `s` has what is its own; the rest comes from its kind. What it holds is taken over, always. */
static int append(struct list *l, const struct mta *m, struct sender *s)
{
	struct sender *more = NULL;

	s->name = m->name;
	s->queues = m->queues;
	s->client_uid = s->uid;
	s->client = s->exe ? mta_client(m, s->exe) : NULL;
	if (s->client)
		more = reallocarray(l->s, l->n + 1, sizeof(*more));
	if (!more) {
		clear(s);
		return fail(-ENOMEM, "list mail servers");
	}
	l->s = more;
	l->s[l->n++] = *s;
	return 0;
}

/* Real uid: /proc/PID belongs to root when a process has changed its user. */
static int uid_of(pid_t pid, uint32_t *uid)
{
	char path[64], line[256];
	int err = -ENOENT;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (err && fgets(line, sizeof(line), f))
		if (sscanf(line, "Uid: %u", uid) == 1)
			err = 0;
	fclose(f);
	return err;
}

static int visit(pid_t pid, void *arg)
{
	struct sender p = { .pid = pid, .start_ns = process_start(pid) };
	struct list *l = arg;
	const struct mta *m;

	if (process_exe(pid, &p.exe))
		return 0; /* a kernel thread, gone, or not ours to see */
	m = mta_by_exe(p.exe);
	if (!m || uid_of(pid, &p.uid) || cgroup_of(pid, &p.cgroup)) {
		clear(&p);
		return 0;
	}
	p.exe[mta_exe_length(p.exe)] = '\0';
	l->err = append(l, m, &p);
	return l->err;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Processes of one kind and cgroup stand together, the oldest first. */
static int by_kind(const void *a, const void *b)
{
	const struct sender *x = a, *y = b;
	int o = strcmp(x->name, y->name);

	o = o ? o : strcmp(x->cgroup, y->cgroup);
	o = o ? o : order(x->start_ns, y->start_ns);
	return o ? o : order(x->pid, y->pid);
}

static int by_name(const void *a, const void *b)
{
	const struct sender *x = a, *y = b;
	int o = strcasecmp(x->name, y->name);

	return o ? o : order(x->pid, y->pid);
}

/* One for each kind and cgroup stays, with the user of the first helper that has the client's. */
static void fold(struct list *l)
{
	struct sender *kept = NULL;
	bool told = false;
	size_t n = 0;

	if (l->n)
		qsort(l->s, l->n, sizeof(*l->s), by_kind);
	for (size_t i = 0; i < l->n; i++) {
		struct sender *s = &l->s[i];
		const char *peer = mta_by_exe(s->exe)->peer;

		if (!kept || kept->name != s->name || strcmp(kept->cgroup, s->cgroup)) {
			kept = &l->s[n++];
			*kept = *s;
			told = false;
			continue;
		}
		/* As root it is the parent that has not become the client's user. */
		if (peer && !told && s->uid && !strcmp(base(s->exe), peer)) {
			kept->client_uid = s->uid;
			told = true;
		}
		clear(s);
	}
	l->n = n;
}

static bool listed(const struct list *l, const struct mta *m)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->s[i].name == m->name)
			return true;
	return false;
}

static bool some_queues(const struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->s[i].queues)
			return true;
	return false;
}

/* A link may lead to a stand-in of another kind: that one is what is installed. */
static int add_installed(struct list *l, const struct mta *m, const char *path)
{
	struct sender s = { .exe = realpath(path, NULL) };
	const struct mta *is = s.exe ? mta_by_exe(s.exe) : NULL;

	/* A plain /usr/sbin/sendmail came with one of them. */
	if (is && mta_is_generic(is) && some_queues(l))
		is = NULL;
	else if (!is && s.exe && (mta_is_generic(m) || !strcmp(base(s.exe), base(path))))
		is = m;
	if (!is || access(s.exe, X_OK) || listed(l, is)) {
		clear(&s);
		return 0;
	}
	return append(l, is, &s);
}

static int find_installed(struct list *l, const struct mta *m)
{
	int err = 0;
	glob_t g;

	for (size_t i = 0; i < MTA_PATHS && m->main[i] && !err; i++) {
		if (glob(m->main[i], 0, NULL, &g))
			continue;
		for (size_t f = 0; f < g.gl_pathc && !err; f++)
			err = add_installed(l, m, g.gl_pathv[f]);
		globfree(&g);
	}
	return err;
}

int senders_find(struct sender **out, size_t *n)
{
	struct list l = { 0 };
	const struct mta *m;
	int err = process_each(visit, &l);

	if (err && !l.err)
		(void)fail(err, "list the processes");
	if (!err)
		fold(&l);
	for (size_t i = 0; (m = mta_at(i)) && !err; i++)
		err = find_installed(&l, m);
	if (err) {
		senders_free(l.s, l.n);
		return err;
	}
	if (l.n)
		qsort(l.s, l.n, sizeof(*l.s), by_name);
	*out = l.s;
	*n = l.n;
	return 0;
}

void senders_free(struct sender *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		clear(&s[i]);
	free(s);
}
