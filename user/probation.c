/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "probation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "file.h"
#include "json.h"
#include "process.h"
#include "say.h"

#define FILE_NAME "confirm.json"

static char *file_name(char to[PATH_MAX], const char *dir)
{
	snprintf(to, PATH_MAX, "%.4000s/" FILE_NAME, dir);
	return to;
}

uint64_t probation_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int write_down(FILE *to, const void *until_ns)
{
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_number(&j, "until_ns", *(const uint64_t *)until_ns);
	json_number(&j, "pid", getpid());
	json_number(&j, "start_ns", process_start(getpid()));
	json_close(&j, '}');
	return 0;
}

int probation_write(const char *dir, uint64_t until_ns)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err = fd < 0 ? -errno : file_replace(fd, FILE_NAME, write_down, &until_ns);

	if (fd >= 0)
		close(fd);
	return err;
}

int probation_look(const char *dir, struct probation *out)
{
	json_int_t until, pid, start;
	char path[PATH_MAX];
	json_error_t where;
	json_t *root;
	int err = 0;

	if (access(file_name(path, dir), F_OK) && errno == ENOENT)
		return -ENOENT;
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!root || json_unpack_ex(root, &where, 0, "{s:I, s:I, s:I}", "until_ns", &until, "pid",
			     &pid, "start_ns", &start))
		err = refuse(-EINVAL, "%s: %s", path, where.text);
	else
		*out = (struct probation){ .until_ns = until,
			.pid = pid > 0 && process_is(pid, start) ? pid : 0 };
	json_decref(root);
	return err;
}

int probation_remove(const char *dir)
{
	char path[PATH_MAX];

	if (unlink(file_name(path, dir)) && errno != ENOENT)
		return fail(-errno, "remove %s", path);
	return 0;
}
