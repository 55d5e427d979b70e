/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* exemption: what is kept is what comes back, whole or not at all; ids rise and come round. */
#include "exemption.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "said.h"
#include "text.h"

#define HOUR_NS 3600000000000ULL
#define DAY_NS (24 * HOUR_NS)

static char top[32], dir[64], file[96];

static int begin(void **state)
{
	(void)state;
	strcpy(top, "/tmp/exemption.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof(dir), "%s/lib/fence", top);
	snprintf(file, sizeof(file), "%s/exemptions.json", dir);
	return 0;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

/* In force from `ago` before now, for `lasts`. */
static struct exemption make(const char *order, uint64_t ago, uint64_t lasts)
{
	struct exemption e = { .since_ns = text_wall_now() - ago };

	e.until_ns = e.since_ns + lasts;
	assert_int_equal(order_from_text("test", order, &e.order), 0);
	e.by = strdup("alice");
	e.why = strdup("IP warm-up");
	e.selector = strdup("the whole host");
	return e;
}

static void add(struct exemptions *all, struct exemption e, unsigned wanted)
{
	unsigned id = 0;

	assert_int_equal(exemptions_add(all, &e, &id), 0);
	assert_int_equal(id, wanted);
	assert_null(e.by); /* taken over */
}

static struct exemption chosen(void)
{
	struct exemption e = make("limit 30 connections/h to 10 addresses", 0, HOUR_NS);

	assert_int_equal(selectors_flag(&e.who, "user", "root"), 0);
	assert_int_equal(selectors_flag(&e.who, "user", "7777777"), 0);
	assert_int_equal(selectors_flag(&e.who, "user", "12"), 0);
	assert_int_equal(selectors_flag(&e.who, "group", "root"), 0);
	assert_int_equal(selectors_flag(&e.who, "container", "shop \"1\": {x}"), 0);
	assert_int_equal(selectors_flag(&e.who, "label", "tier=shop"), 0);
	assert_int_equal(selectors_flag(&e.who, "to", "192.0.2.0/24"), 0);
	assert_int_equal(selectors_flag(&e.who, "to", "name:relay.example.net"), 0);
	assert_int_equal(selectors_flag(&e.who, "port", "587"), 0);
	assert_int_equal(selectors_settle(&e.who), 0);
	e.ticket = strdup("8812");
	free(e.why);
	e.why = strdup("\"quoted\", \xc3\xa4, \\ and {\n");
	return e;
}

static char *printed(const struct exemption *e)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	selectors_print(to, &e->who);
	fprintf(to, " %u %u | ", e->who.uid ? e->who.uid[0] : ~0U,
		e->who.gid ? e->who.gid[0] : ~0U);
	order_print(to, &e->order);
	fprintf(to, " | %u %d %llu %llu %llu %s %s %s %s", e->id, e->pause,
		(unsigned long long)e->since_ns, (unsigned long long)e->until_ns,
		(unsigned long long)e->revoked_ns, e->by, e->why, e->ticket ? e->ticket : "-",
		e->selector);
	fclose(to);
	return text;
}

static void what_is_kept_comes_back(void **state)
{
	struct exemptions all = {}, back = {};
	struct stat st;

	(void)state;
	assert_int_equal(exemptions_load(dir, &all), 0);
	assert_int_equal(all.n, 0);
	add(&all, chosen(), 1);
	add(&all, make("allow", 0, HOUR_NS), 2);
	all.e[1].pause = true;
	add(&all, make("block", 2 * HOUR_NS, HOUR_NS), 3);
	all.e[2].revoked_ns = all.e[2].since_ns + 1;
	assert_int_equal(exemptions_save(dir, &all), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(exemptions_load(dir, &back), 0);
	assert_int_equal(back.n, 3);
	assert_int_equal(back.next, 4);
	for (size_t i = 0; i < 3; i++) {
		char *one = printed(all.e + i), *other = printed(back.e + i);

		assert_string_equal(one, other);
		free(one);
		free(other);
	}
	/* By number, sorted as text with their numbers. */
	assert_string_equal(back.e[0].who.by[SELECTOR_USER].text[0], "0");
	assert_string_equal(back.e[0].who.by[SELECTOR_USER].text[1], "12");
	assert_string_equal(back.e[0].who.by[SELECTOR_USER].text[2], "7777777");
	assert_int_equal(back.e[0].who.uid[2], 7777777);
	assert_true(selectors_empty(&back.e[1].who));
	exemptions_clear(&all);
	exemptions_clear(&back);
	exemptions_clear(&back);
}

static void the_old_is_forgotten(void **state)
{
	struct exemptions all = {}, back = {};

	(void)state;
	add(&all, make("allow", 40 * DAY_NS, 9 * DAY_NS), 1); /* ended 31 days ago */
	add(&all, make("allow", 40 * DAY_NS, 11 * DAY_NS), 2); /* 29 */
	add(&all, make("allow", 40 * DAY_NS, 60 * DAY_NS), 3);
	add(&all, make("allow", 40 * DAY_NS, 60 * DAY_NS), 4);
	all.e[3].revoked_ns = all.e[3].since_ns + DAY_NS;
	assert_int_equal(exemptions_save(dir, &all), 0);
	assert_int_equal(exemptions_load(dir, &back), 0);
	assert_int_equal(back.n, 2);
	assert_null(exemptions_find(&back, 1));
	assert_null(exemptions_find(&back, 4));
	assert_int_equal(
		exemption_state(exemptions_find(&back, 2), text_wall_now()), EXEMPTION_EXPIRED);
	assert_int_equal(
		exemption_state(exemptions_find(&back, 3), text_wall_now()), EXEMPTION_IN_FORCE);
	assert_int_equal(
		exemption_state(exemptions_find(&all, 4), text_wall_now()), EXEMPTION_REVOKED);
	add(&back, make("allow", 0, HOUR_NS), 5); /* ids of the forgotten are not given again yet */
	exemptions_clear(&all);
	exemptions_clear(&back);
}

static void ids_come_round(void **state)
{
	struct exemptions all = { .next = EXEMPTION_MAX_ID };

	(void)state;
	add(&all, make("allow", 0, HOUR_NS), EXEMPTION_MAX_ID);
	add(&all, make("allow", 0, HOUR_NS), 1);
	all.next = EXEMPTION_MAX_ID;
	add(&all, make("allow", 0, HOUR_NS), 2); /* the lowest that is free */
	assert_int_equal(all.e[0].id, 1);
	assert_int_equal(all.e[1].id, 2);
	assert_int_equal(all.e[2].id, EXEMPTION_MAX_ID);
	assert_ptr_equal(exemptions_find(&all, 2), all.e + 1);
	assert_null(exemptions_find(&all, 3));
	exemptions_clear(&all);
}

static void there_is_a_most(void **state)
{
	struct exemption one = make("allow", 0, HOUR_NS);
	struct exemptions all = {};
	unsigned id = 77;

	(void)state;
	for (unsigned i = 1; i <= FENCE_EXEMPTIONS; i++)
		add(&all, make("allow", 0, HOUR_NS), i);
	said_begin();
	assert_int_equal(exemptions_add(&all, &one, &id), -E2BIG);
	said_end("smtpfence: 1000 exemptions are in force, which is the most; revoke one first\n");
	assert_int_equal(id, 77);
	assert_non_null(one.by); /* still the caller's */
	all.e[500].revoked_ns = 1;
	add(&all, one, FENCE_EXEMPTIONS + 1);
	exemptions_clear(&all);
}

static void put(const char *text)
{
	struct exemptions none = {};
	FILE *f;

	assert_int_equal(exemptions_save(dir, &none), 0); /* makes the directory */
	f = fopen(file, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void refuses(const char *said, int err)
{
	struct exemptions all = {};
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "smtpfence: %s%s", said[0] == ':' ? file : "", said);
	said_begin();
	assert_int_equal(exemptions_load(dir, &all), err);
	said_end(wanted);
	assert_int_equal(all.n, 0);
	assert_null(all.e);
}

#define ONE(id, who, order)                                                                        \
	"{\"id\":" id ",\"who\":\"" who "\",\"order\":\"" order                                    \
	"\",\"pause\":false,\"since_ns\":1,\"until_ns\":9000000000000000000,\"revoked_ns\":0,"     \
	"\"by\":\"a\",\"why\":\"b\",\"selector\":\"c\"}"
#define ALL(list) "{\"version\":1,\"next\":9,\"exemptions\":[" list "]}\n"

static void half_a_file_is_none(void **state)
{
	struct exemptions all = {};

	(void)state;
	put(ALL(ONE("3", "{ port: 25 }", "allow")));
	assert_int_equal(exemptions_load(dir, &all), 0);
	assert_int_equal(all.n, 1);
	exemptions_clear(&all);
	put("");
	refuses(":1:0: ...", -EINVAL);
	put("{\"version\":1,\"next\":9,\"exemptions\":[");
	refuses(":1:36: ...", -EINVAL);
	put("{\"version\":1,\"next\":9}");
	refuses(": ...", -EINVAL);
	put("{\"version\":2,\"next\":9,\"exemptions\":[]}");
	refuses(": written by another version, or not by us\n", -EINVAL);
	put(ALL(ONE("3", "{ port: 25 }", "allow") "," ONE("2", "{ port: 25 }", "allow")));
	refuses(": e2 is out of order\n", -EINVAL);
	put(ALL(ONE("0", "{ port: 25 }", "allow")));
	refuses(": no id or no times\n", -EINVAL);
	put(ALL(ONE("32767", "{ port: 25 }", "allow")));
	refuses(": no id or no times\n", -EINVAL);
	put(ALL(ONE("3", "{ port: 25 }", "allow") "," ONE("4", "{ prt: 25 }", "allow")));
	refuses(": e4:1:3: 'prt' is not a selector...", -EINVAL);
	put(ALL(ONE("3", "{ port: 25 }", "permit")));
	refuses(": e3: ...", -EINVAL);
	put(ALL("{\"id\":3}"));
	refuses(": Object item not found: order\n", -EINVAL);
}

static void a_file_of_others_is_none(void **state)
{
	char elsewhere[96], wanted[256];

	(void)state;
	put(ALL(""));
	assert_int_equal(chmod(file, 0622), 0);
	snprintf(wanted, sizeof(wanted), "%s may be written by others (mode 0622): not used\n",
		file);
	refuses(wanted, -EPERM);
	if (geteuid())
		skip(); /* only root gives files away */
	assert_int_equal(chmod(file, 0600), 0);
	assert_int_equal(chown(file, 65534, 0), 0);
	snprintf(wanted, sizeof(wanted), "%s belongs to user 65534, not to root: not used\n", file);
	refuses(wanted, -EPERM);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", top);
	assert_int_equal(rename(file, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, file), 0);
	snprintf(wanted, sizeof(wanted), "open %s: Too many levels of symbolic links\n", file);
	refuses(wanted, -ELOOP);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	refuses(": not a regular file\n", -EINVAL);
	assert_int_equal(chmod(dir, 0777), 0);
	snprintf(
		wanted, sizeof(wanted), "%s may be written by others (mode 0777): not used\n", dir);
	refuses(wanted, -EPERM);
}

/* What cannot be written leaves what was there. */
static void a_full_disk_changes_nothing(void **state)
{
	struct exemptions all = {}, back = {};
	char fresh[96];

	(void)state;
	add(&all, make("allow", 0, HOUR_NS), 1);
	assert_int_equal(exemptions_save(dir, &all), 0);
	snprintf(fresh, sizeof(fresh), "%s/.exemptions.json.%d", dir, (int)getpid());
	assert_int_equal(symlink("/dev/full", fresh), 0);
	all.e[0].revoked_ns = 5;
	said_begin();
	assert_int_equal(exemptions_save(dir, &all), -ELOOP); /* nor is a link followed */
	said_end("smtpfence: write ...");
	assert_int_equal(exemptions_load(dir, &back), 0);
	assert_int_equal(back.e[0].revoked_ns, 0);
	exemptions_clear(&all);
	exemptions_clear(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(the_old_is_forgotten, begin, end),
		cmocka_unit_test(ids_come_round),
		cmocka_unit_test(there_is_a_most),
		cmocka_unit_test_setup_teardown(half_a_file_is_none, begin, end),
		cmocka_unit_test_setup_teardown(a_file_of_others_is_none, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk_changes_nothing, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
