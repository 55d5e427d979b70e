/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ends open connections that a block forbids, in every network namespace. */
#include "cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "netns.h"
#include "say.h"
#include "sockets.h"

/* Which connections are to go, and how that went, across namespaces. */
struct work {
	const struct cut *cut;
	struct socket_seen *wanted; /* sorted by namespace and cookie */
	size_t wanted_n;
	uint64_t netns; /* the one being looked at */
	size_t done, failed;
	int err; /* the first failure's */
};

static int by_socket(const void *a, const void *b)
{
	const struct socket_seen *x = a, *y = b;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

/* What is wanted moves to the front. */
static void choose(struct work *w, size_t found)
{
	struct socket_seen *s = w->wanted;

	for (size_t i = 0; i < found; i++)
		if (!s[i].listening && (s[i].cgroup || s[i].pid) &&
			w->cut->wanted(s + i, w->cut->arg))
			s[w->wanted_n++] = s[i];
	if (w->wanted_n)
		qsort(s, w->wanted_n, sizeof(*s), by_socket);
}

static int visit_socket(const struct diag_socket *s, void *arg)
{
	struct work *w = arg;
	struct socket_seen key = { .netns = w->netns, .cookie = s->cookie };
	int err;

	if (!bsearch(&key, w->wanted, w->wanted_n, sizeof(key), by_socket))
		return 0;
	err = diag_destroy(s);
	if (!err) {
		w->done++;
	} else if (err != -ENOENT) {
		w->failed++;
		w->err = w->err ? w->err : err;
	}
	return err == -EOPNOTSUPP ? err : 0;
}

static int visit_netns(uint64_t inode, void *arg)
{
	struct work *w = arg;
	struct diag_ask ask = { ~0U, w->cut->port, w->cut->port_n, visit_socket, w };

	for (size_t i = 0; i < w->wanted_n; i++)
		if (w->wanted[i].netns == inode) {
			w->netns = inode;
			return diag_tcp(&ask);
		}
	return 0;
}

int cut_connections(const struct cut *c, size_t *done, size_t *failed)
{
	struct work w = { .cut = c };
	struct netns_visit v = { visit_netns, &w };
	size_t found = 0, skipped;
	int err = sockets_find(c->port, c->port_n, &w.wanted, &found, &skipped);

	if (err)
		return err;
	choose(&w, found);
	if (w.wanted_n)
		err = netns_each(&v, &skipped);
	free(w.wanted);
	if (err == -EOPNOTSUPP)
		return refuse(err, "this kernel cannot end connections (CONFIG_INET_DIAG_DESTROY)");
	if (err)
		return err;
	if (w.failed)
		(void)fail(w.err, "end %zu connection%s", w.failed, w.failed == 1 ? "" : "s");
	*done = w.done;
	*failed = w.failed;
	return 0;
}
