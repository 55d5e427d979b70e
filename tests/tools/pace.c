/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time of socket, connect and close in one cgroup against another, in turns within one process. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 41
#define BATCH 2000

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void move(const char *cgroup)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static double batch(const struct sockaddr_in *to)
{
	uint64_t began = now_ns();

	for (int i = 0; i < BATCH; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		(void)!connect(fd, (const void *)to, sizeof(*to)); /* refused is what is timed */
		close(fd);
	}
	return (double)(now_ns() - began) / BATCH;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* pace CGROUP OTHER ADDRESS PORT: medians in ns, and the median ratio with its quartiles */
int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	double in[ROUNDS], out[ROUNDS], ratio[ROUNDS];

	if (argc != 5 || inet_pton(AF_INET, argv[3], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: pace CGROUP OTHER ADDRESS PORT\n");
		return 2;
	}
	to.sin_port = htons(atoi(argv[4]));
	for (int i = -1; i < ROUNDS; i++) { /* the first round warms up */
		int at = i < 0 ? 0 : i;

		move(argv[2]);
		out[at] = batch(&to);
		move(argv[1]);
		in[at] = batch(&to);
		ratio[at] = in[at] / out[at];
	}
	qsort(in, ROUNDS, sizeof(*in), order);
	qsort(out, ROUNDS, sizeof(*out), order);
	qsort(ratio, ROUNDS, sizeof(*ratio), order);
	printf("\"ns\": %.0f, \"without_ns\": %.0f, \"ratio\": %.3f, \"quartiles\": [%.3f, %.3f]\n",
		in[ROUNDS / 2], out[ROUNDS / 2], ratio[ROUNDS / 2], ratio[ROUNDS / 4],
		ratio[3 * ROUNDS / 4]);
	return 0;
}
