/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP connections and listeners on watched ports that are there now, with their processes. */
#include "sockets.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "netns.h"
#include "process.h"
#include "say.h"

/*
 * Those that may still put data on the wire. Not SYN_RECV (somebody called us), nor the states after
 * our last byte was acknowledged.
 */
#define OUTGOING                                                                                   \
	(1U << TCP_SYN_SENT | 1U << TCP_ESTABLISHED | 1U << TCP_CLOSE_WAIT | 1U << TCP_FIN_WAIT1 | \
		1U << TCP_LAST_ACK | 1U << TCP_CLOSING)

/* A listener on whatever port: what was accepted through it is no outgoing connection. */
struct listener {
	struct address address;
	uint16_t port;
};

/* A search, across namespaces. */
struct search {
	const uint16_t *port;
	size_t port_n;
	uint64_t netns; /* the one being looked at */
	struct listener *listener; /* of that one */
	size_t listener_n, listener_room;
	struct socket_seen *seen;
	size_t seen_n, seen_room;
};

static int grow(void *array, size_t *room, size_t n, size_t size)
{
	void *more;

	if (n < *room)
		return 0;
	more = reallocarray(*(void **)array, n ? n * 2 : 16, size);
	if (!more)
		return fail(-ENOMEM, "list TCP sockets");
	*(void **)array = more;
	*room = n ? n * 2 : 16;
	return 0;
}

static int add(struct search *f, const struct diag_socket *s, bool listening)
{
	int err = grow(&f->seen, &f->seen_room, f->seen_n, sizeof(*f->seen));

	if (err)
		return err;
	f->seen[f->seen_n++] = (struct socket_seen){
		.remote = listening ? s->local : s->remote,
		.port = listening ? s->local_port : s->remote_port,
		.listening = listening,
		.tcp_state = s->state,
		.uid = s->uid,
		.inode = s->inode,
		.cgroup = s->cgroup,
		.netns = f->netns,
		.cookie = s->cookie,
	};
	return 0;
}

static int visit_listener(const struct diag_socket *s, void *arg)
{
	struct search *f = arg;
	int err = grow(&f->listener, &f->listener_room, f->listener_n, sizeof(*f->listener));

	if (err)
		return err;
	f->listener[f->listener_n++] = (struct listener){ s->local, s->local_port };
	for (size_t i = 0; i < f->port_n; i++)
		if (f->port[i] == s->local_port)
			return add(f, s, true);
	return 0;
}

static bool any(const struct address *a)
{
	static const uint8_t none[sizeof(a->byte)];

	return !memcmp(a->byte, none, sizeof(none));
}

/*
 * Came in from a remote port that we watch? connect() never picks a local port that somebody bound, so
 * a listener on the same one says that the connection was accepted.
 */
static bool accepted(const struct search *f, const struct diag_socket *s)
{
	for (size_t i = 0; i < f->listener_n; i++) {
		const struct listener *l = &f->listener[i];

		if (l->port == s->local_port &&
			(any(&l->address) || address_equal(&l->address, &s->local)))
			return true;
	}
	return false;
}

static int visit_connection(const struct diag_socket *s, void *arg)
{
	struct search *f = arg;

	return accepted(f, s) ? 0 : add(f, s, false);
}

static int visit_netns(uint64_t inode, void *arg)
{
	struct search *f = arg;
	struct diag_ask listeners = { 1U << TCP_LISTEN, NULL, 0, visit_listener, f };
	struct diag_ask connections = { OUTGOING, f->port, f->port_n, visit_connection, f };
	int err;

	f->netns = inode;
	f->listener_n = 0;
	err = diag_tcp(&listeners);
	return err ? err : diag_tcp(&connections);
}

static int by_inode(const void *a, const void *b)
{
	const struct socket_seen *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static int by_pid(const void *a, const void *b)
{
	const struct socket_seen *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return by_inode(a, b);
}

/* A descriptor of a process, found in the list: it is whose. */
static void claim(struct search *f, pid_t pid, const char *link)
{
	struct socket_seen key = { 0 }, *s;

	if (sscanf(link, "socket:[%u]", &key.inode) != 1 || !key.inode)
		return;
	s = bsearch(&key, f->seen, f->seen_n, sizeof(*f->seen), by_inode);
	if (!s || (s->pid && s->pid < pid))
		return;
	s->pid = pid;
	if (process_comm(pid, s->comm))
		s->comm[0] = '\0';
}

static int claim_all(pid_t pid, void *arg)
{
	char path[64], link[64];
	struct dirent *e;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	if (!d)
		return 0; /* gone, or not ours to see: unknown */
	while ((e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, link, sizeof(link) - 1);
		if (n < 0)
			continue;
		link[n] = '\0';
		claim(arg, pid, link);
	}
	closedir(d);
	return 0;
}

int sockets_find(
	const uint16_t *ports, size_t n, struct socket_seen **out, size_t *found, size_t *skipped)
{
	struct search f = { .port = ports, .port_n = n };
	struct netns_visit v = { visit_netns, &f };
	size_t closed = 0;
	int err = 0;

	/* No port is no question: the kernel would take "none of them" for "any". */
	if (n)
		err = netns_each(&v, &closed);
	if (!err && f.seen_n) {
		qsort(f.seen, f.seen_n, sizeof(*f.seen), by_inode);
		err = process_each(claim_all, &f);
		qsort(f.seen, f.seen_n, sizeof(*f.seen), by_pid);
	}
	free(f.listener);
	if (err) {
		free(f.seen);
		return err;
	}
	*out = f.seen;
	*found = f.seen_n;
	*skipped = closed;
	return 0;
}
