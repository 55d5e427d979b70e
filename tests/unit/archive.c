/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy that was kept is found by the beginning of its hash, as it was or not at all. */
#include "archive.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy.h"
#include "said.h"

static const char TEXT[] = "version: 1\nmode: audit\nprofile: gcp\nrules:\n"
			   "  - name: the relay\n    if: {to: 192.0.2.7}\n    then: allow\n"
			   "  - name: never read\n    if: {to: 192.0.2.7}\n    then: block\n";

static char top[32], dir[64];
static struct policy *policy;
static char hash[65];

static int begin(void **state)
{
	(void)state;
	strcpy(top, "/tmp/archive.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof(dir), "%s/lib/policy", top);
	say_to(NULL); /* it warns about the second rule */
	if (policy_from_text("test", TEXT, sizeof(TEXT) - 1, &policy) || policy_hash(policy, hash))
		return -1;
	say_to(stderr);
	return 0;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	policy_free(policy);
	policy = NULL;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static uint64_t first(const char *hex)
{
	char text[17] = "";

	memcpy(text, hex, 16);
	return strtoull(text, NULL, 16);
}

static char *file(char to[PATH_MAX], const char *name)
{
	snprintf(to, PATH_MAX, "%s/%s.yaml", dir, name);
	return to;
}

static void keep(void)
{
	said_begin();
	assert_int_equal(archive_keep(dir, policy, hash), 0);
	said_end(NULL);
}

/* That nothing is found, with this error and this said. */
static void lost(uint64_t which, int err, const char *said)
{
	struct policy *p = NULL;

	said_begin();
	assert_int_equal(archive_find(dir, which, &p), err);
	said_end(said);
	assert_null(p);
}

static void what_is_kept_is_found(void **state)
{
	struct policy *p = NULL;
	char path[PATH_MAX], again[65];
	struct stat st;

	(void)state;
	lost(first(hash), -ENOENT, NULL); /* no directory yet */
	keep();
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(file(path, hash), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	keep();
	said_begin();
	assert_int_equal(archive_find(dir, first(hash), &p), 0);
	said_end(NULL); /* nor are its warnings given again */
	assert_int_equal(p->rule_n, 2);
	assert_string_equal(p->rule[0].name, "the relay");
	assert_int_equal(policy_hash(p, again), 0);
	assert_string_equal(again, hash);
	policy_free(p);
	lost(first(hash) ^ 1, -ENOENT, NULL);
	lost(0, -ENOENT, NULL);
}

static void other_files_are_none_of_ours(void **state)
{
	char path[PATH_MAX], shorter[PATH_MAX], name[80];

	(void)state;
	keep();
	snprintf(name, sizeof(name), "%.63s", hash);
	assert_int_equal(rename(file(path, hash), file(shorter, name)), 0);
	lost(first(hash), -ENOENT, NULL);
	snprintf(name, sizeof(name), "%s.old", hash);
	assert_int_equal(rename(shorter, file(path, name)), 0);
	lost(first(hash), -ENOENT, NULL);
}

/* Whose rule it was cannot be told then, and a wrong name is worse than none. */
static void two_that_begin_alike_are_none(void **state)
{
	char other[65];

	(void)state;
	keep();
	memcpy(other, hash, sizeof(other));
	other[63] = other[63] == '0' ? '1' : '0';
	said_begin();
	assert_int_equal(archive_keep(dir, policy, other), 0);
	said_end(NULL);
	lost(first(hash), -ENOTUNIQ, NULL);
}

static void a_changed_text_is_refused(void **state)
{
	char path[PATH_MAX], said[PATH_MAX + 64];
	struct policy *p = NULL;
	FILE *f;

	(void)state;
	keep();
	f = fopen(file(path, hash), "a");
	assert_non_null(f);
	fputs("# harmless\n", f);
	fclose(f);
	said_begin();
	assert_int_equal(archive_find(dir, first(hash), &p), 0);
	said_end(NULL);
	policy_free(p);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("version: 1\nmode: audit\nprofile: gcp\n", f);
	fclose(f);
	snprintf(said, sizeof(said), "smtpfence: the kept policy %s is not what it was\n", path);
	lost(first(hash), -EUCLEAN, said);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("version: 1\nmode: au", f);
	fclose(f);
	snprintf(
		said, sizeof(said), "smtpfence: read the kept policy %s: Invalid argument\n", path);
	lost(first(hash), -EINVAL, said);
}

static void what_cannot_be_read_is_said(void **state)
{
	char path[PATH_MAX], said[PATH_MAX + 64];

	(void)state;
	keep();
	assert_int_equal(unlink(file(path, hash)), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(said, sizeof(said), "smtpfence: read the kept policy %s: ...", path);
	said_begin();
	assert_true(archive_find(dir, first(hash), &(struct policy *){ NULL }) < 0);
	said_end(said);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
	fclose(fopen(dir, "w"));
	snprintf(said, sizeof(said), "smtpfence: open %s: Not a directory\n", dir);
	lost(first(hash), -ENOTDIR, said);
	said_begin();
	assert_int_equal(archive_keep(dir, policy, hash), -ENOTDIR);
	said_end(said);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(what_is_kept_is_found),
		CASE(other_files_are_none_of_ours),
		CASE(two_that_begin_alike_are_none),
		CASE(a_changed_text_is_refused),
		CASE(what_cannot_be_read_is_said),
	};

	setenv("SMTPFENCE_DATA", "data", 1);
	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
