/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Changes the programs under pinned links as often as asked, as a change of policy does.
 *
 * swap COUNT LINK...   LINK: paths of pinned links
 *
 * Takes the programs that are there, prints "first", waits for a line on stdin, takes those that are there
 * then, and swaps the two sets COUNT times, hook by hook, by BPF_LINK_UPDATE, a millisecond apart. Ends with
 * the second set, and says how many updates there were.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LINKS 16

struct hook {
	const char *path;
	int link;
	int program[2];
};

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int said(const char *what)
{
	fprintf(stderr, "swap: %s: %s\n", what, strerror(errno));
	return -1;
}

/* Which program runs under the link now: an fd that keeps it. */
static int program_take(int link)
{
	struct bpf_link_info info = { 0 };
	union bpf_attr attr = {
		.info = { .bpf_fd = link, .info_len = sizeof(info), .info = (uintptr_t)&info }
	};

	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		return said("look at a link");
	attr = (union bpf_attr){ .prog_id = info.prog_id };
	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

static int link_open(const char *path)
{
	union bpf_attr attr = { .pathname = (uintptr_t)path };
	int fd = bpf(BPF_OBJ_GET, &attr);

	return fd < 0 ? said(path) : fd;
}

static int link_update(const struct hook *h, int which)
{
	union bpf_attr attr = { .link_update = {
					.link_fd = h->link, .new_prog_fd = h->program[which] } };

	return bpf(BPF_LINK_UPDATE, &attr) ? said(h->path) : 0;
}

static int take_set(struct hook *hook, int n, int which)
{
	for (int i = 0; i < n; i++) {
		hook[i].program[which] = program_take(hook[i].link);
		if (hook[i].program[which] < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	struct hook hook[LINKS];
	int n = argc - 2;
	long updates = 0;

	if (n < 1 || n > LINKS) {
		fprintf(stderr, "usage: swap COUNT LINK...\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		hook[i] = (struct hook){ .path = argv[i + 2], .link = link_open(argv[i + 2]) };
		if (hook[i].link < 0)
			return 1;
	}
	if (take_set(hook, n, 0))
		return 1;
	printf("first\n");
	fflush(stdout);
	(void)getchar();
	if (take_set(hook, n, 1))
		return 1;
	/* Backwards, so that the last set is the second. */
	for (long left = atol(argv[1]) * 2; left-- > 0;) {
		for (int i = 0; i < n; i++, updates++)
			if (link_update(&hook[i], !(left % 2)))
				return 1;
		nanosleep(&pause, NULL);
	}
	printf("updates %ld\n", updates);
	return 0;
}
