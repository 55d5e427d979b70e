/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Containers that connect at once: a cgroup is made, with state files as Docker writes them, a child is
 * born in it (CLONE_INTO_CGROUP), tries, and all of it is removed.
 *
 *   birth CGROUP ROOT ADDRESS PORT COUNT NAME...   of each name in turn, in CGROUP, named in ROOT ("-": in no file)
 *   birth CGROUP ROOT ADDRESS PORT until NAME      one, that tries until it connects, 10 s at most
 *
 * Prints how many of each name had which result: "NAME RESULT COUNT".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMES 8
#define WAIT_S 10
#define PATH 4096

enum result { CONNECTED, BLOCKED, OTHER, RESULTS };

static const char *const results[RESULTS] = { "ok", "EPERM", "other" };

struct place {
	const char *cgroup, *root;
	struct sockaddr_in to;
	bool until; /* tries until it connects */
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static enum result try(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enum result r = CONNECTED;

	if (fd < 0)
		return OTHER;
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		r = errno == EPERM ? BLOCKED : OTHER;
	close(fd);
	return r;
}

static enum result try_until(const struct sockaddr_in *to)
{
	time_t end = time(NULL) + WAIT_S;
	enum result r;

	do {
		r = try(to);
		if (r == CONNECTED)
			break;
		usleep(10000);
	} while (time(NULL) < end);
	return r;
}

static enum result bear(const struct place *p, const char *cgroup)
{
	int dir = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = dir
	};
	pid_t child;

	if (dir < 0)
		die(cgroup);
	child = syscall(SYS_clone3, &args, sizeof(args));
	if (!child)
		_exit(p->until ? try_until(&p->to) : try(&p->to));
	close(dir);
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("clone3");
	return WIFEXITED(status) && WEXITSTATUS(status) < RESULTS ? WEXITSTATUS(status) : OTHER;
}

static void tell(const char *dir, const char *name, unsigned i)
{
	char path[PATH + 32];
	FILE *f;

	snprintf(path, sizeof(path), "%s/config.v2.json", dir);
	if (mkdir(dir, 0700))
		die(dir);
	f = fopen(path, "w");
	if (!f || fchmod(fileno(f), 0600) ||
		fprintf(f, "{\"Name\":\"/%s-%u\",\"Config\":{\"Image\":\"i\"}}", name, i) < 0 ||
		fclose(f))
		die(path);
}

static void untell(const char *dir)
{
	char path[PATH + 32];

	snprintf(path, sizeof(path), "%s/config.v2.json", dir);
	if (unlink(path) || rmdir(dir))
		die(dir);
}

static enum result live(const struct place *p, const char *name, unsigned i)
{
	bool told = strcmp(name, "-") != 0;
	char cgroup[PATH], dir[PATH];
	enum result r;

	/* Ids are never used twice, not by two runs either. */
	snprintf(cgroup, sizeof(cgroup), "%.3000s/%032x%032x", p->cgroup, getpid(), i);
	snprintf(dir, sizeof(dir), "%.3000s/var/lib/docker/containers/%032x%032x", p->root,
		getpid(), i);
	if (told)
		tell(dir, name, i);
	if (mkdir(cgroup, 0755))
		die(cgroup);
	r = bear(p, cgroup);
	if (rmdir(cgroup))
		die(cgroup);
	if (told)
		untell(dir);
	return r;
}

int main(int argc, char **argv)
{
	static unsigned tally[NAMES][RESULTS];
	struct place p = { .to.sin_family = AF_INET };
	int names = argc - 6, count;

	if (names < 1 || names > NAMES || inet_pton(AF_INET, argv[3], &p.to.sin_addr) != 1) {
		fputs("usage: birth CGROUP ROOT ADDRESS PORT COUNT|until NAME...\n", stderr);
		return 2;
	}
	p.cgroup = argv[1];
	p.root = argv[2];
	p.to.sin_port = htons(atoi(argv[4]));
	p.until = !strcmp(argv[5], "until");
	count = p.until ? 1 : atoi(argv[5]);
	for (int i = 0; i < count; i++)
		tally[i % names][live(&p, argv[6 + i % names], i)]++;
	for (int n = 0; n < names; n++)
		for (int r = 0; r < RESULTS; r++)
			if (tally[n][r])
				printf("%s %s %u\n", argv[6 + n], results[r], tally[n][r]);
	return 0;
}
