/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths, globs and units against a tree of plain directories, whose inode numbers stand for ids. */
#include "cgroup.h" /* before its cgroup_id() is replaced */

static int inode(const char *dir, uint64_t *id);
#define cgroup_id inode
#include "user/resolve.c"
#undef cgroup_id

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const TREE[] = { "", "/system.slice", "/system.slice/exim4.service",
	"/system.slice/exim4.service/child", "/system.slice/system-php.slice",
	"/system.slice/system-php.slice/php@1.service",
	"/system.slice/system-php.slice/php@2.service", "/system.slice/a\\x2db.service",
	"/system.slice/_cpu.service", "/user.slice", "/user.slice/user@7.service",
	"/user.slice/user@7.service/app.slice",
	"/user.slice/user@7.service/app.slice/exim4.service", "/machine.slice",
	"/machine.slice/one", "/machine.slice/one/two" };

#define TREE_N (sizeof(TREE) / sizeof(*TREE))

static char top[] = "/tmp/resolve.XXXXXX";

static int inode(const char *dir, uint64_t *id)
{
	struct stat st;

	if (stat(dir, &st))
		return -errno;
	*id = st.st_ino;
	return 0;
}

static int tree_make(void **state)
{
	char path[256];

	(void)state;
	if (!mkdtemp(top))
		return -1;
	for (size_t i = 1; i < TREE_N; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", top, TREE[i]);
		if (mkdir(path, 0700))
			return -1;
	}
	return 0;
}

static int tree_remove(void **state)
{
	(void)state;
	return cgroup_remove(top);
}

static uint64_t id_of(const char *path)
{
	char whole[256];
	uint64_t id = 0;

	if (!path)
		return 0;
	(void)snprintf(whole, sizeof(whole), "%s%s", top, path);
	assert_int_equal(inode(whole, &id), 0);
	return id;
}

static const char *path_of(uint64_t id)
{
	for (size_t i = 0; i < TREE_N; i++)
		if (id && id_of(TREE[i]) == id)
			return *TREE[i] ? TREE[i] : "/";
	return "-";
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "rule path < parent" per entry, sorted, for one look at the whole answer. */
static void assert_found(const struct policy *p, const char *want)
{
	struct resolved *r = NULL;
	char *line[64], text[2048] = "";

	assert_int_equal(resolve_policy(p, top, &r), 0);
	assert_true(r->cgroup_n < 64);
	for (size_t i = 0; i < r->cgroup_n; i++)
		assert_true(asprintf(&line[i], "%zu %s < %s\n", r->cgroup[i].rule,
				    path_of(r->cgroup[i].id), path_of(r->cgroup[i].parent)) > 0);
	qsort(line, r->cgroup_n, sizeof(*line), by_text);
	for (size_t i = 0; i < r->cgroup_n; i++) {
		strcat(text, line[i]);
		free(line[i]);
	}
	resolve_free(r);
	assert_string_equal(text, want);
}

#define CGROUP(...)                                                                                \
	.cgroup = (char *[]){ __VA_ARGS__ },                                                       \
	.cgroup_n = sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)
#define UNIT(...)                                                                                  \
	.unit = (char *[]){ __VA_ARGS__ },                                                         \
	.unit_n = sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)
#define ASSERT_RULES(want, ...)                                                                    \
	do {                                                                                       \
		struct policy_rule rules[] = { __VA_ARGS__ };                                      \
		struct policy p = { .rule = rules, .rule_n = sizeof(rules) / sizeof(*rules) };     \
                                                                                                   \
		assert_found(&p, want);                                                            \
	} while (0)

static void finds_paths_and_globs(void **state)
{
	(void)state;
	ASSERT_RULES("0 /machine.slice/one < -\n", { CGROUP("/machine.slice/one") });
	ASSERT_RULES("0 /machine.slice/one < -\n", { CGROUP("/machine.slice/*") });
	ASSERT_RULES("0 /machine.slice/one/two < -\n", { CGROUP("/*/*/two") });
	ASSERT_RULES("0 / < -\n", { CGROUP("/") });
	ASSERT_RULES("0 /machine.slice < -\n1 /machine.slice/one/two < /machine.slice\n",
		{ CGROUP("/machine.slice") }, { CGROUP("/machine.slice/one/two") });
	/* below its own match a rule needs no second entry; another rule does */
	ASSERT_RULES("0 /machine.slice < /\n1 / < -\n",
		{ CGROUP("/machine.slice", "/machine.slice/one") }, { CGROUP("/") });
}

static void finds_units(void **state)
{
	(void)state;
	ASSERT_RULES("0 /system.slice/exim4.service < -\n", { UNIT("exim4.service") });
	/* a block holds for the one in the user's own hands too */
	ASSERT_RULES("0 /system.slice/exim4.service < -\n"
		     "0 /user.slice/user@7.service/app.slice/exim4.service < -\n",
		{ UNIT("exim4.service"), .action = ACTION_BLOCK });
	ASSERT_RULES("0 /system.slice/system-php.slice/php@1.service < -\n"
		     "0 /system.slice/system-php.slice/php@2.service < -\n",
		{ UNIT("php@*.service") });
	ASSERT_RULES("0 /system.slice/a\\x2db.service < -\n", { UNIT("a\\x2db.service") });
	ASSERT_RULES("0 /system.slice/_cpu.service < -\n", { UNIT("cpu.service") });
	ASSERT_RULES("0 /user.slice < -\n1 /user.slice/user@7.service < /user.slice\n",
		{ UNIT("user.slice") }, { UNIT("user@7.service") });
}

static void needs_both_of_both(void **state)
{
	(void)state;
	ASSERT_RULES("0 /system.slice/exim4.service < -\n",
		{ CGROUP("/system.slice"), UNIT("exim4.service") });
	ASSERT_RULES("0 /system.slice/exim4.service/child < -\n",
		{ CGROUP("/*/*/child"), UNIT("exim4.service") });
	ASSERT_RULES("", { CGROUP("/machine.slice"), UNIT("exim4.service") });
}

static void warns_of_what_is_not_there(void **state)
{
	struct policy_rule rule = { .name = "later",
		.line = 12,
		CGROUP("/nowhere", "/machine.slice"),
		UNIT("exim4.service", "post*.service") };
	struct policy p = { .rule = &rule, .rule_n = 1, .path = "p.yaml" };
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	assert_non_null(f);
	say_to(f);
	assert_found(&p, "");
	say_to(stderr);
	assert_int_equal(fclose(f), 0);
	assert_non_null(strstr(text, "p.yaml:12: warning: no cgroup /nowhere is here now"));
	assert_non_null(strstr(text, "no unit post*.service is here now; rule 'later'"));
	assert_null(strstr(text, "/machine.slice"));
	assert_null(strstr(text, "exim4"));
	free(text);
}

static void finds_executables(void **state)
{
	char *exe[] = { "/proc/self/exe", "/bin/sh" }, *gone[] = { "/nonexistent/exim" };
	struct policy_rule rule[] = { { .name = "a" },
		{ .name = "b", .exe = exe, .exe_n = 2, .line = 3 } };
	struct policy p = { .rule = rule, .rule_n = 2, .path = "p.yaml" };
	struct fence_exe self;
	struct resolved *r = NULL;
	char *text = NULL;
	size_t n;
	FILE *f;

	(void)state;
	assert_int_equal(resolve_policy(&p, NULL, &r), 0); /* no cgroup named, none looked for */
	assert_int_equal(r->exe_n, 2);
	assert_int_equal(r->cgroup_n, 0);
	assert_int_equal(r->exe[0].rule, 1);
	assert_int_equal(process_exe_key("/proc/self/exe", &self), 0);
	assert_memory_equal(&r->exe[0].key, &self, sizeof(self));
	resolve_free(r);
	resolve_free(NULL);
	r = NULL;
	rule[1].exe = gone;
	rule[1].exe_n = 1;
	f = open_memstream(&text, &n);
	assert_non_null(f);
	say_to(f);
	assert_int_equal(resolve_policy(&p, NULL, &r), -ENOENT);
	say_to(stderr);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(
		text, "smtpfence: p.yaml:3: exe /nonexistent/exim: No such file or directory\n");
	assert_null(r);
	free(text);
}

static void refuses_a_tree_that_is_not_there(void **state)
{
	struct policy_rule rule = { .name = "a", CGROUP("/a") };
	struct policy p = { .rule = &rule, .rule_n = 1 };
	struct resolved *r = NULL;

	(void)state;
	say_to(NULL);
	assert_int_equal(resolve_policy(&p, "/nonexistent", &r), -ENOENT);
	p.rule_n = FENCE_RULES + 1;
	assert_int_equal(resolve_policy(&p, top, &r), -E2BIG);
	say_to(stderr);
	assert_null(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_paths_and_globs),
		cmocka_unit_test(finds_units),
		cmocka_unit_test(needs_both_of_both),
		cmocka_unit_test(warns_of_what_is_not_there),
		cmocka_unit_test(finds_executables),
		cmocka_unit_test(refuses_a_tree_that_is_not_there),
	};

	return cmocka_run_group_tests_name("resolve", tests, tree_make, tree_remove);
}
