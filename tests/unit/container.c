/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cache of containers, and whose cgroups earn no trust. */
#include "user/container.c" /* for is_users() with a tree of ours */

#include "fixture.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PATH "/docker/" ID
#define CONFIG "/var/lib/docker/containers/" ID "/config.v2.json"

static int setup(void **state)
{
	struct containers *c;

	fixture_begin();
	assert_int_equal(containers_open(fixture_root, &c), 0);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	containers_close(*state);
	fixture_end();
	return 0;
}

static void no_container(void **state)
{
	const struct container *found = (void *)1;
	bool known = false;

	assert_int_equal(container_find(*state, "/system.slice/x.service", &found, &known), 0);
	assert_null(found);
	assert_true(known);
	assert_false(container_is("/docker/" ID "/x"));
	assert_true(container_is(PATH));
}

static void known_when_told(void **state)
{
	const struct container *found, *again;
	bool known = true;

	assert_int_equal(container_find(*state, PATH, &found, &known), 0);
	assert_false(known);
	assert_string_equal(found->id, ID);
	assert_string_equal(found->runtime, "docker");
	assert_null(found->name);
	fixture_file(CONFIG, "{\"Name\":\"/shop\",\"Config\":{}}");
	assert_int_equal(container_find(*state, PATH, &again, &known), 0);
	assert_true(known);
	assert_ptr_equal(found, again);
	assert_string_equal(found->name, "shop");
	assert_false(found->rootless);
	/* From then on the files are not read again. */
	assert_int_equal(unlink(fixture_path(CONFIG)), 0);
	assert_int_equal(container_find(*state, PATH, &again, &known), 0);
	assert_true(known);
	assert_string_equal(again->name, "shop");
	containers_forget(*state, PATH);
	containers_forget(*state, PATH);
	assert_int_equal(container_find(*state, PATH, &again, &known), 0);
	assert_false(known);
}

static void a_users_own(void **state)
{
	const struct container *found;
	bool known = true;

	assert_int_equal(container_find(*state, "/user.slice/user-1000.slice/docker-" ID ".scope",
				 &found, &known),
		0);
	assert_false(known);
	assert_true(found->rootless);
}

static bool users(const char *path, uint32_t *uid)
{
	struct shape s;
	bool is;

	assert_true(shape_read(path, &s));
	is = is_users(fixture_root, path, &s);
	*uid = s.uid;
	return is;
}

/* Who may write to the directory above may have made it. */
static void made_by_others(void **state)
{
	uint32_t uid;

	(void)state;
	if (geteuid()) {
		fixture_path("/docker/x");
		assert_true(users(PATH, &uid));
		assert_int_equal(uid, geteuid());
		return;
	}
	assert_false(users(PATH, &uid)); /* it is not there */
	fixture_path("/docker/x");
	assert_false(users(PATH, &uid));
	assert_int_equal(chmod(fixture_path("/docker"), 0775), 0);
	assert_true(users(PATH, &uid));
	assert_int_equal(uid, 0);
	assert_int_equal(chmod(fixture_path("/docker"), 0755), 0);
	assert_int_equal(chown(fixture_path("/docker"), 1234, 0), 0);
	assert_true(users(PATH, &uid));
	assert_int_equal(uid, 1234);
	assert_true(users("/user.slice/user-7.slice/" ID, &uid));
	assert_int_equal(uid, 7);
}

static void many(void **state)
{
	const struct container *found, *first;
	char path[128];
	bool known;

	fixture_file(CONFIG, "{\"Name\":\"/shop\",\"Config\":{}}");
	assert_int_equal(container_find(*state, PATH, &first, &known), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/docker/%064x", i);
		assert_int_equal(container_find(*state, path, &found, &known), 0);
		assert_false(known);
	}
	for (int i = 0; i < 1000; i += 2) {
		snprintf(path, sizeof(path), "/docker/%064x", i);
		containers_forget(*state, path);
	}
	assert_int_equal(container_find(*state, PATH, &found, &known), 0);
	assert_ptr_equal(found, first);
}

static void root_of_the_environment(void **state)
{
	const struct container *found;
	struct containers *c;
	bool known = false;

	(void)state;
	fixture_file(CONFIG, "{\"Name\":\"/shop\",\"Config\":{}}");
	assert_int_equal(setenv("SMTPFENCE_ROOT", fixture_root, 1), 0);
	assert_int_equal(containers_open(NULL, &c), 0);
	assert_int_equal(unsetenv("SMTPFENCE_ROOT"), 0);
	assert_int_equal(container_find(c, PATH, &found, &known), 0);
	assert_true(known);
	containers_close(c);
	containers_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_container, setup, teardown),
		cmocka_unit_test_setup_teardown(known_when_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_users_own, setup, teardown),
		cmocka_unit_test_setup_teardown(made_by_others, setup, teardown),
		cmocka_unit_test_setup_teardown(many, setup, teardown),
		cmocka_unit_test_setup_teardown(root_of_the_environment, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
