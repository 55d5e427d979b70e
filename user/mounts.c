/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What mountinfo says: proc(5), /proc/PID/mountinfo. */
#include "mounts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel writes blank, tab, newline, backslash and # as backslash and three octal digits. */
static void octal_undo(char *s)
{
	char *to = s;

	for (; *s; to++) {
		bool octal = s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
			     s[2] <= '7' && s[3] >= '0' && s[3] <= '7';

		*to = octal ? (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0') : *s;
		s += octal ? 4 : 1;
	}
	*to = 0;
}

/*
 * "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 - ext3 /dev/root rw": id, parent, device, root, mount
 * point, options, any number of tags, a lone dash, type, source, options.
 */
static bool entry_parse(char *line, struct mounts_entry *m)
{
	char *field[6], *rest = line, *type;

	for (int i = 0; i < 6; i++) {
		field[i] = strsep(&rest, " ");
		if (!rest)
			return false;
	}
	if (strncmp(rest, "- ", 2)) {
		rest = strstr(rest, " - ");
		if (!rest)
			return false;
		rest++;
	}
	type = rest + 2;
	type[strcspn(type, " \n")] = 0;
	if (sscanf(field[0], "%d", &m->id) != 1 ||
		sscanf(field[2], "%u:%u", &m->major, &m->minor) != 2)
		return false;
	octal_undo(field[3]);
	octal_undo(field[4]);
	octal_undo(type);
	m->root = field[3];
	m->dir = field[4];
	m->type = type;
	return true;
}

int mounts_each(const char *file, int (*visit)(const struct mounts_entry *m, void *arg), void *arg)
{
	FILE *f = fopen(file ? file : "/proc/self/mountinfo", "re");
	struct mounts_entry m;
	char *line = NULL;
	size_t size = 0;
	int stop = 0;

	if (!f)
		return -errno;
	errno = 0;
	while (!stop && getline(&line, &size, f) > 0)
		if (entry_parse(line, &m))
			stop = visit(&m, arg);
	if (!stop && !feof(f))
		stop = errno ? -errno : -EIO;
	free(line);
	(void)fclose(f); /* only read */
	return stop;
}
