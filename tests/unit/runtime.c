/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What Docker's, Podman's and LXC's files say; which runtime's are looked at. */
#include "runtime.h"

#include <errno.h>

#include "dossier.h"
#include "fixture.h"
#include "shape.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DOCKER "/var/lib/docker/containers/" ID "/config.v2.json"
#define STORAGE "/var/lib/containers/storage/"

static int setup(void **state)
{
	(void)state;
	fixture_begin();
	fixture_file("/etc/passwd", "alice:x:1000:1000::/home/alice:/bin/sh\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_end();
	return 0;
}

static int read_as(const char *path, struct container *c)
{
	struct shape s;

	assert_true(shape_read(path, &s));
	return runtime_read(fixture_root, &s, c);
}

static void docker(void **state)
{
	struct container c = { 0 };

	(void)state;
	assert_int_equal(read_as("/docker/" ID, &c), -ENOENT);
	assert_null(c.runtime); /* untouched */
	fixture_file(DOCKER,
		"{\"Name\":\"/shop-web-1\",\"Config\":{\"Image\":\"nginx:1.25\",\"Labels\":{"
		"\"tier\":\"shop\",\"com.docker.compose.project\":\"shop\"}}}");
	assert_int_equal(read_as("/docker/" ID, &c), 0);
	assert_null(c.id); /* the caller's */
	assert_string_equal(c.name, "shop-web-1");
	assert_string_equal(c.image, "nginx:1.25");
	assert_string_equal(c.runtime, "docker");
	assert_int_equal(c.label_n, 2);
	assert_string_equal(c.label[1].value, "shop");
	assert_true(c.labelled);
	assert_null(c.pod);
	dossier_clear(&c);
	/* Of a directory that does not tell whose it is. */
	assert_int_equal(read_as("/ci/" ID, &c), 0);
	assert_string_equal(c.runtime, "docker");
	dossier_clear(&c);
	/* Another runtime's is not Docker's. */
	assert_int_equal(read_as("/machine.slice/libpod-" ID ".scope", &c), -ENOENT);
}

static void docker_of_a_pod(void **state)
{
	struct container c = { 0 };

	(void)state;
	fixture_file(DOCKER, "{\"Name\":\"/k8s_app_web-0_shop_x_0\",\"Config\":{\"Image\":\"i\","
			     "\"Labels\":{\"io.kubernetes.container.name\":\"app\","
			     "\"io.kubernetes.pod.name\":\"web-0\","
			     "\"io.kubernetes.pod.namespace\":\"shop\"}}}");
	assert_int_equal(read_as("/kubepods/pod1/" ID, &c), 0);
	assert_string_equal(c.name, "app");
	assert_string_equal(c.pod, "web-0");
	assert_string_equal(c.namespace, "shop");
	dossier_clear(&c);
}

static void docker_elsewhere(void **state)
{
	static const char *const text = "{\"Name\":\"/a\",\"Config\":{}}";
	struct container c = { 0 };

	(void)state;
	fixture_file("/etc/docker/daemon.json", "{\"data-root\":\"/srv/docker\"}");
	fixture_file(DOCKER, text);
	assert_int_equal(read_as("/docker/" ID, &c), -ENOENT);
	fixture_file("/srv/docker/x.y/containers/" ID "/config.v2.json", text);
	assert_int_equal(read_as("/docker/" ID, &c), -ENOENT);
	fixture_file("/srv/docker/100000.100000/containers/" ID "/config.v2.json", text);
	assert_int_equal(read_as("/docker/" ID, &c), 0);
	assert_string_equal(c.name, "a");
	dossier_clear(&c);
}

static void docker_of_a_user(void **state)
{
	static const char *const path =
		"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope";
	struct container c = { 0 };

	(void)state;
	fixture_file(DOCKER, "{\"Name\":\"/theirs\",\"Config\":{}}");
	assert_int_equal(read_as(path, &c), -ENOENT); /* the system's files are not for him */
	fixture_file("/home/alice/.local/share/docker/containers/" ID "/config.v2.json",
		"{\"Name\":\"/mine\",\"Config\":{}}");
	assert_int_equal(read_as(path, &c), 0);
	assert_string_equal(c.name, "mine");
	dossier_clear(&c);
}

static void half_a_file(void **state)
{
	static const char *const texts[] = { "", "{}", "[]", "{\"Name\":\"/x\"}",
		"{\"Name\":5,\"Config\":{}}", "{\"Name\":\"/x\",\"Config\":{}", "null" };
	struct container c = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		fixture_file(DOCKER, texts[i]);
		assert_int_equal(read_as("/docker/" ID, &c), -ENOENT);
		assert_null(c.name);
	}
}

#define LIST                                                                                       \
	"[{\"id\":\"x\"},7,{\"id\":\"" ID                                                          \
	"\",\"names\":[\"shop\"],\"metadata\":\"{\\\"image-name\\\":\\\"example.org/tiny:1\\\"}\"}]"

static void podman(void **state)
{
	static const char *const path = "/machine.slice/libpod-" ID ".scope";
	struct container c = { 0 };

	(void)state;
	fixture_file(STORAGE "overlay-containers/containers.json", "[]");
	assert_int_equal(read_as(path, &c), -ENOENT);
	fixture_file(STORAGE "overlay-containers/volatile-containers.json", LIST);
	assert_int_equal(read_as(path, &c), 0);
	assert_string_equal(c.name, "shop");
	assert_string_equal(c.image, "example.org/tiny:1");
	assert_string_equal(c.runtime, "podman");
	assert_int_equal(c.label_n, 0);
	assert_false(c.labelled); /* in a database */
	dossier_clear(&c);
	fixture_file(STORAGE "overlay-containers/" ID "/userdata/config.json",
		"{\"annotations\":{\"tier\":\"shop\",\"io.container.manager\":\"libpod\"}}");
	assert_int_equal(read_as("/libpod_parent/libpod-" ID, &c), 0);
	assert_int_equal(c.label_n, 2);
	dossier_clear(&c);
}

static void podman_of_another_driver(void **state)
{
	struct container c = { 0 };

	(void)state;
	fixture_file(STORAGE "vfs-containers/containers.json", LIST);
	assert_int_equal(read_as("/libpod_parent/libpod-" ID, &c), 0);
	dossier_clear(&c);
	fixture_file(
		"/home/alice/.local/share/containers/storage/overlay-containers/containers.json",
		"[{\"id\":\"" ID "\",\"names\":[\"mine\"],\"metadata\":\"no json\"}]");
	assert_int_equal(read_as("/user.slice/user-1000.slice/libpod-" ID ".scope", &c), 0);
	assert_string_equal(c.name, "mine");
	assert_null(c.image);
	dossier_clear(&c);
}

static void lxc(void **state)
{
	struct container c = { 0 };

	(void)state;
	assert_int_equal(read_as("/lxc.payload.web", &c), -ENOENT);
	fixture_file("/var/lib/lxc/web/config", "lxc.uts.name = web\n");
	fixture_file("/var/lib/lxc/web-2/config", "");
	assert_int_equal(read_as("/lxc.payload.web", &c), 0);
	assert_string_equal(c.name, "web");
	assert_string_equal(c.runtime, "lxc");
	dossier_clear(&c);
	assert_int_equal(read_as("/lxc.payload.web-1", &c), 0); /* an earlier run's was left */
	assert_string_equal(c.name, "web");
	dossier_clear(&c);
	assert_int_equal(read_as("/lxc.payload.web-2", &c), 0);
	assert_string_equal(c.name, "web-2");
	dossier_clear(&c);
	assert_int_equal(read_as("/lxc.payload.web-x", &c), -ENOENT);
	assert_int_equal(read_as("/lxc.payload...", &c), -ENOENT);
	fixture_file("/var/lib/incus/containers/db/backup.yaml", "");
	assert_int_equal(read_as("/lxc.payload.db", &c), 0);
	dossier_clear(&c);
	fixture_file("/home/alice/.local/share/lxc/mine/config", "");
	assert_int_equal(read_as("/user.slice/user-1000.slice/lxc.payload.mine", &c), 0);
	dossier_clear(&c);
	assert_int_equal(read_as("/user.slice/user-1000.slice/lxc.payload.web", &c), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(docker, setup, teardown),
		cmocka_unit_test_setup_teardown(docker_of_a_pod, setup, teardown),
		cmocka_unit_test_setup_teardown(docker_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(docker_of_a_user, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(podman, setup, teardown),
		cmocka_unit_test_setup_teardown(podman_of_another_driver, setup, teardown),
		cmocka_unit_test_setup_teardown(lxc, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
