/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which mount is the v2 tree, paths below it, walks that follow no link; on plain directories. */
#include "user/cgroup.c" /* for mount_find() with a mountinfo of ours */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool any(const char *dir)
{
	(void)dir;
	return true;
}

static bool not_hidden(const char *dir)
{
	return strcmp(dir, "/sys/fs/cgroup") != 0;
}

struct layout {
	const char *text;
	bool (*usable)(const char *dir);
	int err;
	const char *dir;
};

#define PURE "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
#define HYBRID                                                                                     \
	"31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"                      \
	"32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"                     \
	"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
#define PART "50 23 0:38 /docker/abc /c rw - cgroup2 cgroup2 rw\n"
#define ODD "51 23 0:38 / /a\\040b rw - cgroup2 cgroup2 rw\n"

static const struct layout LAYOUTS[] = {
	{ PURE, any, 0, "/sys/fs/cgroup" },
	{ HYBRID, any, 0, "/sys/fs/cgroup/unified" },
	{ PART, any, 0, "/c" }, /* better than nothing */
	{ PART HYBRID, any, 0, "/sys/fs/cgroup/unified" },
	{ HYBRID PART, any, 0, "/sys/fs/cgroup/unified" },
	{ HYBRID PURE ODD, any, 0, "/a b" }, /* the shortest */
	{ PURE HYBRID, not_hidden, 0, "/sys/fs/cgroup/unified" },
	{ PURE, not_hidden, -ENODEV, NULL },
	{ "31 23 0:28 / /sys/fs/cgroup rw - tmpfs cgroup2 rw\n", any, -ENODEV, NULL },
	{ "", any, -ENODEV, NULL },
};

static void finds_the_mount(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(*LAYOUTS); i++) {
		const struct layout *l = &LAYOUTS[i];
		char path[] = "/tmp/cgroup.XXXXXX", *dir = NULL;
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, l->text, strlen(l->text)), strlen(l->text));
		assert_int_equal(close(fd), 0);
		assert_int_equal(mount_find(path, l->usable, &dir), l->err);
		assert_int_equal(unlink(path), 0);
		if (l->dir)
			assert_string_equal(dir, l->dir);
		else
			assert_null(dir);
		free(dir);
	}
}

static void cuts_the_mount_off(void **state)
{
	(void)state;
	assert_string_equal(below("/sys/fs/cgroup", "/sys/fs/cgroup"), "/");
	assert_string_equal(below("/sys/fs/cgroup", "/sys/fs/cgroup/a/b"), "/a/b");
	assert_string_equal(below("/sys/fs/cgroup/", "/sys/fs/cgroup/a"), "/a");
	assert_string_equal(below("/", "/a"), "/a");
	assert_string_equal(below("/", "/"), "/");
	assert_null(below("/sys/fs/cgroup", "/sys/fs/cgroups"));
	assert_null(below("/sys/fs/cgroup", "/sys/fs"));
}

static void names_a_process(void **state)
{
	char *self = NULL, *by_pid = NULL, *gone = NULL;

	(void)state;
	assert_int_equal(cgroup_of(0, &self), 0);
	assert_int_equal(self[0], '/');
	assert_null(strchr(self, '\n'));
	assert_int_equal(cgroup_of(getpid(), &by_pid), 0);
	assert_string_equal(self, by_pid);
	assert_int_equal(cgroup_of(0x7fffffff, &gone), -ENOENT);
	assert_null(gone);
	free(self);
	free(by_pid);
}

static void refuses_what_is_no_cgroup(void **state)
{
	uint64_t id = 42;
	char *dir = NULL;

	(void)state;
	assert_int_equal(cgroup_id("/", &id), -EINVAL);
	assert_int_equal(cgroup_id("/nonexistent", &id), -ENOENT);
	assert_int_equal(id, 42);
	assert_int_equal(cgroup_populated("/nonexistent"), -ENOENT);
	assert_int_equal(cgroup_signal("/nonexistent", SIGKILL), -ENOENT);
	assert_int_equal(cgroup_signal("/nonexistent", SIGTERM), -ENOENT);
	say_to(NULL);
	assert_int_equal(cgroup_create("/tmp", "a/b", &dir), -EINVAL);
	assert_int_equal(cgroup_create("/tmp", "..", &dir), -EINVAL);
	assert_int_equal(cgroup_create("/tmp", "", &dir), -EINVAL);
	assert_int_equal(cgroup_create("/nonexistent", "a", &dir), -ENOENT);
	assert_int_equal(cgroup_move("/nonexistent", 0), -ENOENT);
	say_to(stderr);
	assert_null(dir);
}

static void make(const char *top, const char *rest)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", top, rest);
	assert_int_equal(mkdir(path, 0700), 0);
}

struct seen {
	char text[256];
	int n, stop_at;
};

static int note_path(const char *path, void *arg)
{
	struct seen *s = arg;

	assert_true(strlen(s->text) + strlen(path) + 2 < sizeof(s->text));
	strcat(strcat(s->text, path), "\n");
	return ++s->n == s->stop_at ? 5 : 0;
}

/* A tree with a link up, a link away and a file: none of them is entered or visited. */
static void walks_without_following_links(void **state)
{
	char top[] = "/tmp/cgroup.XXXXXX", path[PATH_MAX];
	struct seen s = { 0 }, stopped = { .stop_at = 2 };
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(top));
	make(top, "/a");
	make(top, "/a/b");
	make(top, "/a/b/c");
	(void)snprintf(path, sizeof(path), "%s/a/up", top);
	assert_int_equal(symlink("..", path), 0);
	assert_int_equal(cgroup_walk(top, note_path, &s), 0);
	assert_string_equal(s.text, "/\n/a\n/a/b\n/a/b/c\n");
	assert_int_equal(cgroup_walk(top, note_path, &stopped), 5);
	assert_string_equal(stopped.text, "/\n/a\n");
	assert_int_equal(cgroup_walk("/nonexistent", note_path, &s), -ENOENT);

	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/a/b/file", top);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(cgroup_remove(top), -EBUSY); /* as long as something is in it */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(cgroup_remove(top), 0);
	assert_int_equal(access(top, F_OK), -1);
	assert_int_equal(cgroup_remove(top), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_mount),
		cmocka_unit_test(cuts_the_mount_off),
		cmocka_unit_test(names_a_process),
		cmocka_unit_test(refuses_what_is_no_cgroup),
		cmocka_unit_test(walks_without_following_links),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
