/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Host names to addresses, within bounded time. */
#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "list.h"

#define NOBODY 65534 /* the kernel's own overflow id; files that name it belong to nobody */

/* How the child ends. */
enum { FOUND, NONE, FAILED, TOO_MANY };

static struct address from_sockaddr(const struct sockaddr *sa)
{
	uint32_t word[4] = { 0 };

	if (sa->sa_family == AF_INET)
		memcpy(word, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	else
		memcpy(word, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
	return address_from_words(sa->sa_family, word);
}

int names_renounce(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	if (geteuid())
		return 0;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
		setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	return 0;
}

/* The child: all of them in one write, which a pipe takes whole. */
static int ask(const char *host, int to)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM }; /* each address once */
	struct address found[NAMES_MOST];
	struct addrinfo *all = NULL;
	size_t n = 0;
	int err = names_renounce();

	if (err)
		return FAILED;
	err = getaddrinfo(host, NULL, &hints, &all);
	if (err)
		return err == EAI_NONAME || err == EAI_NODATA ? NONE : FAILED;
	for (struct addrinfo *i = all; i; i = i->ai_next) {
		if (i->ai_family != AF_INET && i->ai_family != AF_INET6)
			continue;
		if (n == NAMES_MOST)
			return TOO_MANY;
		found[n++] = from_sockaddr(i->ai_addr);
	}
	if (!n)
		return NONE;
	return write(to, found, n * sizeof(*found)) == (ssize_t)(n * sizeof(*found)) ? FOUND
										     : FAILED;
}

_Static_assert(sizeof(struct address) * NAMES_MOST <= 4096, "PIPE_BUF");

static int now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec % 1000000 * 1000 + t.tv_nsec / 1000000;
}

/* Bytes that came before the other end was closed, or -errno. */
static ssize_t take(int from, void *to, size_t size)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	int end = now_ms() + NAMES_WAIT_S * 1000, left;
	size_t have = 0;
	ssize_t n;

	for (;;) {
		left = end - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, left) < 0 && errno != EINTR)
			return -errno;
		if (!p.revents)
			continue;
		n = read(from, (char *)to + have, size - have);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return have;
		have += n > 0 ? n : 0;
	}
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

/* What the child's end means. */
static int judge_end(int status, ssize_t bytes)
{
	static const int errs[] = {
		[FOUND] = 0, [NONE] = -ENOENT, [FAILED] = -EAGAIN, [TOO_MANY] = -E2BIG
	};

	if (bytes < 0)
		return bytes;
	if (!WIFEXITED(status) || WEXITSTATUS(status) > TOO_MANY)
		return -EAGAIN;
	return errs[WEXITSTATUS(status)];
}

int names_look_up(const char *host, struct address **out, size_t *n)
{
	size_t size = (NAMES_MOST + 1) * sizeof(**out), found;
	struct address *all = calloc(1, size);
	int end[2] = { -1, -1 }, status = 0, err = 0;
	ssize_t bytes;
	pid_t child;

	if (!all)
		return -ENOMEM;
	if (pipe2(end, O_CLOEXEC)) {
		err = -errno;
		goto out;
	}
	child = fork();
	if (!child)
		_exit(ask(host, end[1]));
	(void)close(end[1]);
	end[1] = -1;
	if (child < 0) {
		err = -errno;
		goto out;
	}
	bytes = take(end[0], all, size);
	if (bytes < 0)
		(void)kill(child, SIGKILL); /* it is ours, and not waited for yet */
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	err = judge_end(status, bytes);
	if (err)
		goto out;
	found = bytes / sizeof(*all);
	list_unique(all, &found, sizeof(*all), by_address);
	*out = all;
	*n = found;
	all = NULL;
out:
	if (end[0] >= 0)
		(void)close(end[0]);
	free(all);
	return err;
}
