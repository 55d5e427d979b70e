/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc and the user database say of a process or a user. */
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "text.h"

#define NS_PER_S 1000000000ULL
#define USER_ROOM 16384 /* more than any passwd entry that names one user */

char *process_user(char *to, size_t size, uint32_t uid)
{
	struct passwd entry, *found = NULL;
	char room[USER_ROOM];

	if (!getpwuid_r(uid, &entry, room, sizeof(room), &found) && found && *found->pw_name)
		return text_inert(to, size, found->pw_name, strlen(found->pw_name));
	(void)snprintf(to, size, "%u", uid);
	return to;
}

/* A whole small file of /proc/PID, with a zero behind it. Bytes read or -errno. */
static ssize_t read_file(pid_t pid, const char *name, char *to, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, to, size - 1);
	if (n < 0)
		n = errno == ESRCH ? -ENOENT : -errno; /* it ended between open and read */
	else
		to[n] = 0;
	(void)close(fd);
	return n;
}

/*
 * Field 22 of a stat line, ticks since boot; 0 when there is none. Field 2 is the name the process
 * gave itself, blanks, parentheses and newlines included: what follows its last ')' can be split.
 */
static uint64_t stat_start(const char *stat)
{
	const char *s = strrchr(stat, ')');
	uint64_t ticks = 0;

	if (!s)
		return 0;
	for (int field = 2; field < 22; field++) {
		s = strchr(s + 1, ' ');
		if (!s)
			return 0;
	}
	for (s++; isdigit((unsigned char)*s); s++)
		ticks = ticks * 10 + (*s - '0');
	return ticks;
}

static uint64_t start_ticks(pid_t pid)
{
	char stat[1024]; /* 52 numbers of at most 20 digits never fill it before field 22 */

	return read_file(pid, "stat", stat, sizeof(stat)) > 0 ? stat_start(stat) : 0;
}

/* USER_HZ is 100 on all but alpha and ia64; in any case it divides a second. */
static uint64_t tick_ns(void)
{
	return NS_PER_S / sysconf(_SC_CLK_TCK);
}

uint64_t process_start(pid_t pid)
{
	return start_ticks(pid) * tick_ns();
}

bool process_is(pid_t pid, uint64_t start_ns)
{
	uint64_t ticks = start_ticks(pid);

	return ticks && ticks == start_ns / tick_ns();
}

static int read_link(pid_t pid, const char *name, char **to)
{
	char path[64], target[PATH_MAX], *copy;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	n = readlink(path, target, sizeof(target));
	if (n < 0)
		return errno == ESRCH ? -ENOENT : -errno;
	if (n == sizeof(target))
		return -ENAMETOOLONG;
	copy = strndup(target, n);
	if (!copy)
		return -ENOMEM;
	*to = copy;
	return 0;
}

int process_exe(pid_t pid, char **path)
{
	return read_link(pid, "exe", path);
}

int process_cwd(pid_t pid, char **path)
{
	return read_link(pid, "cwd", path);
}

int process_comm(pid_t pid, char comm[FENCE_COMM])
{
	char text[FENCE_COMM + 2] = "";
	ssize_t n = read_file(pid, "comm", text, sizeof(text));

	if (n < 0)
		return n;
	if (n && text[n - 1] == '\n')
		text[n - 1] = 0;
	text[FENCE_COMM - 1] = 0; /* a kernel thread's may be longer than the comm a hook sees */
	memcpy(comm, text, FENCE_COMM);
	return 0;
}

/* The numbers that a line begins with, `most` at most: how many. */
static size_t put_numbers(const char *s, uint32_t *to, size_t room, size_t most)
{
	size_t n = 0;
	char *end;

	for (; n < most; n++, s = end) {
		unsigned long number = strtoul(s, &end, 10);

		if (end == s)
			break;
		if (n < room)
			to[n] = number;
	}
	return n;
}

ssize_t process_groups(pid_t pid, uint32_t *gid, size_t room)
{
	char name[64], *line = NULL;
	size_t size = 0, n = 0;
	FILE *f;

	(void)snprintf(name, sizeof(name), "/proc/%d/status", pid);
	f = fopen(name, "re");
	if (!f)
		return -errno;
	while (getline(&line, &size, f) > 0) {
		if (!strncmp(line, "Gid:", 4)) /* real, effective, saved, file system */
			n = put_numbers(line + 4, gid, room, 2);
		else if (!strncmp(line, "Groups:", 7))
			n += put_numbers(line + 7, gid + (n < room ? n : room),
				n < room ? room - n : 0, SIZE_MAX);
	}
	free(line);
	(void)fclose(f);
	return n ? (ssize_t)n : -ENOENT; /* it ended between open and read */
}

/* mnt_id and, since 5.14, ino of an open file; *ino stays as it is on older kernels. */
static int fd_info(int fd, int *mnt_id, uint64_t *ino)
{
	unsigned long long number;
	char path[64], line[128];
	int err = -ENODATA;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "mnt_id: %d", mnt_id) == 1)
			err = 0;
		else if (sscanf(line, "ino: %llu", &number) == 1)
			*ino = number;
	}
	(void)fclose(f);
	return err;
}

struct device_search {
	int mnt_id;
	uint64_t dev;
};

static int device_judge(const struct mounts_entry *m, void *arg)
{
	struct device_search *s = arg;

	if (m->id != s->mnt_id)
		return 0;
	s->dev = (uint64_t)m->major << 20 | m->minor;
	return 1;
}

/* `mountinfo` of the mount namespace that it was opened in. */
static int key_of(int fd, const char *mountinfo, struct fence_exe *key)
{
	struct device_search s = { 0 };
	struct stat st;
	uint64_t ino;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EACCES; /* as execve() says */
	ino = st.st_ino;
	err = fd_info(fd, &s.mnt_id, &ino);
	if (err)
		return err;
	err = mounts_each(mountinfo, device_judge, &s);
	if (err <= 0)
		return err ?: -ENODEV; /* its mount is not one of those */
	key->dev = s.dev;
	key->ino = ino;
	return 0;
}

int process_exe_key(const char *path, struct fence_exe *key)
{
	/* O_PATH, so that it needs no right to read and wakes no FIFO or device. */
	int fd = open(path, O_PATH | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = key_of(fd, NULL, key);
	(void)close(fd);
	return err;
}

int process_exe_key_in(pid_t pid, const char *path, struct fence_exe *key)
{
	/* Links that begin with / begin at that root, not at ours. */
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	char name[64];
	int root, fd, err;

	(void)snprintf(name, sizeof(name), "/proc/%d/root", pid);
	root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	err = fd < 0 ? -errno : 0;
	(void)close(root);
	if (err)
		return err;
	(void)snprintf(name, sizeof(name), "/proc/%d/mountinfo", pid);
	err = key_of(fd, name, key);
	(void)close(fd);
	return err;
}

int process_each(int (*visit)(pid_t pid, void *arg), void *arg)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int stop = 0;
	uint64_t pid;

	if (!d)
		return -errno;
	while (!stop && (e = readdir(d)))
		if (!text_number(e->d_name, INT_MAX, &pid) && pid)
			stop = visit(pid, arg);
	(void)closedir(d);
	return stop;
}
