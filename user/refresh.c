/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "refresh.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "list.h"
#include "names.h"
#include "say.h"

/* An address that a name has, or had a while ago. */
struct seen {
	struct address address;
	uint64_t last_ms;
};

struct wanted {
	const char *name; /* of the terms */
	size_t term;
	struct seen *seen;
	size_t seen_n;
};

/* What the child writes for each: how many addresses follow, or FAILED. */
#define FAILED UINT32_MAX

struct refresh {
	struct wanted *wanted; /* by name; one of several terms stands several times */
	size_t n;
	int fd; /* of the child's answer */
	pid_t child;
	char *answer; /* so far */
	size_t bytes;
};

static int by_name(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int add_names(struct refresh *r, size_t term, const struct selectors_list *names)
{
	int err = 0;

	for (size_t i = 0; !err && i < names->n; i++) {
		err = list_grow(&r->wanted, r->n, 1, sizeof(*r->wanted));
		if (!err)
			r->wanted[r->n++] = (struct wanted){ .name = names->text[i], .term = term };
	}
	return err;
}

int refresh_open(const struct terms *t, struct refresh **out)
{
	struct refresh *r = calloc(1, sizeof(*r));
	int err = 0;

	if (!r)
		return -ENOMEM;
	r->fd = -1;
	for (size_t i = 0; i < t->n; i++)
		for (int p = 0; !err && p < TERM_PARTS && t->term[i].part[p]; p++)
			err = add_names(r, i, &t->term[i].part[p]->by[SELECTOR_NAME]);
	if (err) {
		refresh_close(r);
		return err;
	}
	if (r->n)
		qsort(r->wanted, r->n, sizeof(*r->wanted), by_name);
	*out = r;
	return 0;
}

/* Of a child that still asks nothing is wanted any more. */
static void end_child(struct refresh *r)
{
	if (r->fd >= 0)
		(void)close(r->fd); /* only read */
	r->fd = -1;
	if (r->child > 0) {
		(void)kill(r->child, SIGKILL); /* it is ours, and not waited for yet */
		while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	r->child = 0;
	free(r->answer);
	r->answer = NULL;
	r->bytes = 0;
}

void refresh_close(struct refresh *r)
{
	if (!r)
		return;
	end_child(r);
	for (size_t i = 0; i < r->n; i++)
		free(r->wanted[i].seen);
	free(r->wanted);
	free(r);
}

bool refresh_needed(const struct refresh *r)
{
	return r->n;
}

int refresh_fd(const struct refresh *r)
{
	return r->fd;
}

/* ---- the child ---- */

static int tell(int to, const void *bytes, size_t n)
{
	const char *at = bytes;
	ssize_t done;

	while (n) {
		done = write(to, at, n);
		if (done < 0 && errno != EINTR)
			return -errno;
		at += done > 0 ? done : 0;
		n -= done > 0 ? done : 0;
	}
	return 0;
}

static int ask_all(const struct refresh *r, int to)
{
	int err = names_renounce();

	for (size_t i = 0; !err && i < r->n; i++) {
		struct address *found = NULL;
		size_t n = 0;
		uint32_t count;

		if (i && !by_name(&r->wanted[i - 1], &r->wanted[i]))
			continue;
		count = names_look_up(r->wanted[i].name, &found, &n) ? FAILED : n;
		err = tell(to, &count, sizeof(count));
		if (!err && count != FAILED)
			err = tell(to, found, n * sizeof(*found));
		free(found);
	}
	return err;
}

int refresh_start(struct refresh *r)
{
	sigset_t none;
	int end[2];

	if (r->fd >= 0)
		return 0;
	if (pipe2(end, O_CLOEXEC))
		return fail(-errno, "ask for names");
	r->child = fork();
	if (!r->child) {
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		_exit(ask_all(r, end[1]) ? 1 : 0);
	}
	(void)close(end[1]);
	if (r->child < 0 || fcntl(end[0], F_SETFL, O_NONBLOCK)) {
		int err = -errno;

		(void)close(end[0]);
		r->fd = -1;
		end_child(r);
		return fail(err, "ask for names");
	}
	r->fd = end[0];
	return 0;
}

/* ---- its answer ---- */

static int see(struct wanted *w, const struct address *a, uint64_t now_ms)
{
	int err;

	for (size_t i = 0; i < w->seen_n; i++)
		if (address_equal(&w->seen[i].address, a)) {
			w->seen[i].last_ms = now_ms;
			return 0;
		}
	err = list_grow(&w->seen, w->seen_n, 1, sizeof(*w->seen));
	if (!err)
		w->seen[w->seen_n++] = (struct seen){ *a, now_ms };
	return err;
}

static bool forget_old(struct wanted *w, uint64_t now_ms)
{
	size_t kept = 0, before = w->seen_n;

	for (size_t i = 0; i < w->seen_n; i++)
		if (now_ms - w->seen[i].last_ms < REFRESH_GONE_MS)
			w->seen[kept++] = w->seen[i];
	w->seen_n = kept;
	return kept != before;
}

static int judge(struct wanted *w, const struct address *a, uint32_t n,
	const struct refresh_force *f, bool *stale)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++) {
		*stale |= !f->knows(&a[i], w->term, f->arg);
		err = see(w, &a[i], f->now_ms);
	}
	*stale |= forget_old(w, f->now_ms);
	return err;
}

static int judge_all(struct refresh *r, const struct refresh_force *f, bool *stale)
{
	struct address found[NAMES_MOST];
	uint32_t count = FAILED;
	size_t at = 0;
	int err = 0;

	for (size_t i = 0; !err && i < r->n; i++) {
		if (!i || by_name(&r->wanted[i - 1], &r->wanted[i])) {
			if (r->bytes - at < sizeof(count))
				return -EBADMSG;
			memcpy(&count, r->answer + at, sizeof(count));
			at += sizeof(count);
			if (count == FAILED)
				continue;
			if (count > NAMES_MOST || r->bytes - at < count * sizeof(*found))
				return -EBADMSG;
			memcpy(found, r->answer + at, count * sizeof(*found));
			at += count * sizeof(*found);
		}
		if (count != FAILED)
			err = judge(&r->wanted[i], found, count, f, stale);
	}
	return err;
}

/* 0 when it is whole. The child, whatever became of it, is bounded in what it may write. */
static int read_more(struct refresh *r)
{
	size_t most = r->n * (sizeof(uint32_t) + NAMES_MOST * sizeof(struct address)) + 1;
	ssize_t n;

	if (!r->answer)
		r->answer = malloc(most);
	if (!r->answer)
		return -ENOMEM;
	while (r->bytes < most) {
		n = read(r->fd, r->answer + r->bytes, most - r->bytes);
		if (!n)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		r->bytes += n > 0 ? n : 0;
	}
	return -EBADMSG;
}

int refresh_take(struct refresh *r, const struct refresh_force *f, bool *stale)
{
	bool found = false;
	int err = r->fd < 0 ? -EAGAIN : read_more(r);

	if (err == -EAGAIN)
		return err;
	err = err ?: judge_all(r, f, &found);
	end_child(r);
	if (err)
		return fail(err, "take the answer about names");
	*stale = found;
	return 0;
}
