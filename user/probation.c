/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "probation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "json.h"
#include "process.h"
#include "say.h"

#define FILE_NAME "confirm.json"

static char *file_name(char to[PATH_MAX], const char *dir, const char *before)
{
	snprintf(to, PATH_MAX, "%.4000s/%s" FILE_NAME, dir, before);
	return to;
}

uint64_t probation_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

int probation_write(const char *dir, uint64_t until_ns)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	int fd = open(file_name(fresh, dir, "."),
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	struct json j;
	int err = 0;

	if (!f) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	json_init(&j, f);
	json_open(&j, NULL, '{');
	json_number(&j, "until_ns", until_ns);
	json_number(&j, "pid", getpid());
	json_number(&j, "start_ns", process_start(getpid()));
	json_close(&j, '}');
	if (fflush(f) || fsync(fd))
		err = -errno;
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(fresh, file_name(path, dir, "")))
		err = -errno;
	return err;
}

int probation_look(const char *dir, struct probation *out)
{
	json_int_t until, pid, start;
	char path[PATH_MAX];
	json_error_t where;
	json_t *root;
	int err = 0;

	if (access(file_name(path, dir, ""), F_OK) && errno == ENOENT)
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

	if (unlink(file_name(path, dir, "")) && errno != ENOENT)
		return fail(-errno, "remove %s", path);
	return 0;
}
