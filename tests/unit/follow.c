/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the follower makes of records. The kernel's side is tested live. */
#include "user/follow.c" /* for take() with records of ours */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char told[256];

static void on_made(uint64_t id, const char *path, void *arg)
{
	(void)arg;
	snprintf(told, sizeof(told), "+%u %s", (unsigned)id, path);
}

static void on_gone(uint64_t id, const char *path, void *arg)
{
	(void)arg;
	snprintf(told, sizeof(told), "-%u %s", (unsigned)id, path);
}

static void on_lost(void *arg)
{
	(void)arg;
	strcpy(told, "lost");
}

static struct follow follower = { .on = { on_made, on_gone, on_lost, NULL } };

#define HEAD offsetof(struct follow_news, path)

static int give(uint32_t kind, uint32_t cut, const char *path, size_t bytes)
{
	struct follow_news n = { .id = 7, .kind = kind, .cut = cut };

	told[0] = 0;
	memcpy(n.path, path, strlen(path));
	return take(&follower, &n, bytes);
}

static void records(void **state)
{
	(void)state;
	assert_int_equal(give(FOLLOW_MADE, 0, "/a", HEAD + 3), 0);
	assert_string_equal(told, "+7 /a");
	assert_int_equal(give(FOLLOW_GONE, 0, "/a", HEAD + 3), 0);
	assert_string_equal(told, "-7 /a");
	/* Whose name is not known is judged by what is above it; that it is gone is told. */
	assert_int_equal(give(FOLLOW_MADE, 1, "/a", HEAD + 3), 0);
	assert_string_equal(told, "");
	assert_int_equal(give(FOLLOW_GONE, 1, "", HEAD + 1), 0);
	assert_string_equal(told, "-7 ");
	assert_int_equal(give(9, 0, "/a", HEAD + 3), 0);
	assert_string_equal(told, "");
}

static void broken_records(void **state)
{
	(void)state;
	assert_int_equal(give(FOLLOW_MADE, 0, "/a", HEAD), -EBADMSG);
	assert_int_equal(give(FOLLOW_MADE, 0, "/a", 3), -EBADMSG);
	assert_int_equal(give(FOLLOW_MADE, 0, "/a", HEAD + 2), -EBADMSG); /* no zero */
	assert_string_equal(told, "");
}

static void by_inotify(void **state)
{
	(void)state;
	told[0] = 0;
	follower.mount = "/nonexistent";
	assert_int_equal(made("/x", &follower), 0); /* it went at once */
	gone("/x", 0, &follower);
	assert_string_equal(told, "");
	gone("/y", 8, &follower);
	assert_string_equal(told, "-8 /y");
	follow_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(broken_records),
		cmocka_unit_test(by_inotify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
