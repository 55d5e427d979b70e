/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tree of files in place of "/", for tests. */
#pragma once

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char fixture_root[64];

static void fixture_begin(void)
{
	strcpy(fixture_root, "/tmp/fixture.XXXXXX");
	assert_non_null(mkdtemp(fixture_root));
}

static int fixture_drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void fixture_end(void)
{
	assert_int_equal(nftw(fixture_root, fixture_drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Path of `name` in the tree; the directories above it are made. */
static const char *fixture_path(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", fixture_root, name);
	for (char *s = path + strlen(fixture_root) + 1; (s = strchr(s, '/')); s++) {
		*s = 0;
		assert_true(!mkdir(path, 0755) || !access(path, F_OK));
		*s = '/';
	}
	return path;
}

__attribute__((unused)) static void fixture_file(const char *name, const char *text)
{
	FILE *f = fopen(fixture_path(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(fixture_path(name), 0644), 0);
}
