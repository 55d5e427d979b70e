/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of containerd, nerdctl and CRI-O say. */
#include "pods.h"

#include <errno.h>

#include "dossier.h"
#include "fixture.h"
#include "statefile.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define TASK "io.containerd.runtime.v2.task/"
#define CRIO "/run/containers/storage/overlay-containers/"

static int setup(void **state)
{
	(void)state;
	fixture_begin();
	fixture_file("/etc/passwd", "alice:x:1000:1000::/home/alice:/bin/sh\n");
	fixture_file("/home/alice/x", "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_end();
	return 0;
}

static int read_with(
	int (*read)(const struct statefile_base *b, const char *id, struct container *out),
	uint32_t uid, struct container *c)
{
	struct statefile_base b;
	int err;

	assert_int_equal(statefile_base(fixture_root, uid, &b), 0);
	err = read(&b, ID, c);
	statefile_end(&b);
	return err ?: dossier_settle(c);
}

static void containerd(void **state)
{
	struct container c = { 0 };

	(void)state;
	assert_int_equal(read_with(pods_containerd, 0, &c), -ENOENT);
	fixture_file("/run/containerd/" TASK "moby/" ID "/config.json", "{}");
	assert_int_equal(read_with(pods_containerd, 0, &c), -ENOENT); /* Docker's */
	fixture_file("/run/containerd/" TASK "k8s.io/" ID "/config.json",
		"{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\","
		"\"io.kubernetes.cri.container-type\":\"container\","
		"\"io.kubernetes.cri.image-name\":\"docker.io/library/nginx:1.25\","
		"\"io.kubernetes.cri.sandbox-name\":\"web-0\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	assert_int_equal(read_with(pods_containerd, 0, &c), 0);
	assert_string_equal(c.name, "app");
	assert_string_equal(c.image, "docker.io/library/nginx:1.25");
	assert_string_equal(c.pod, "web-0");
	assert_string_equal(c.namespace, "shop");
	assert_string_equal(c.runtime, "containerd");
	assert_false(c.labelled); /* a pod's are in a database */
	assert_int_equal(c.label_n, 0);
	dossier_clear(&c);
	assert_int_equal(read_with(pods_containerd, 1000, &c), -ENOENT);
}

static void nerdctl(void **state)
{
	struct container c = { 0 };

	(void)state;
	fixture_file("/run/k3s/containerd/" TASK "default/" ID "/config.json",
		"{\"annotations\":{\"nerdctl/name\":\"shop\",\"tier\":\"front\"}}");
	assert_int_equal(read_with(pods_containerd, 0, &c), 0);
	assert_string_equal(c.name, "shop");
	assert_true(c.labelled);
	assert_int_equal(c.label_n, 2);
	assert_string_equal(c.label[1].value, "front");
	dossier_clear(&c);
}

static void crio(void **state)
{
	struct container c = { 0 };

	(void)state;
	fixture_file(CRIO ID "/userdata/config.json", "{\"annotations\":{}}");
	assert_int_equal(read_with(pods_crio, 0, &c), -ENOENT); /* Podman's */
	fixture_file(CRIO ID "/userdata/config.json",
		"{\"annotations\":{\"io.kubernetes.container.name\":\"app\","
		"\"io.kubernetes.cri-o.ContainerType\":\"container\","
		"\"io.kubernetes.cri-o.ImageName\":\"quay.io/x/y:1\","
		"\"io.kubernetes.cri-o.Labels\":\"{\\\"own\\\":\\\"1\\\"}\","
		"\"io.kubernetes.cri-o.SandboxID\":\"" POD "\","
		"\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes.pod.namespace\":\"shop\"}}");
	assert_int_equal(read_with(pods_crio, 0, &c), 0);
	assert_string_equal(c.name, "app");
	assert_string_equal(c.image, "quay.io/x/y:1");
	assert_string_equal(c.pod, "web-0");
	assert_string_equal(c.namespace, "shop");
	assert_int_equal(c.label_n, 1);
	assert_false(c.labelled); /* the pod's are missing */
	dossier_clear(&c);
	fixture_file(CRIO POD "/userdata/config.json",
		"{\"annotations\":{\"io.kubernetes.cri-o.Labels\":\"{\\\"tier\\\":\\\"shop\\\"}\"}}");
	assert_int_equal(read_with(pods_crio, 0, &c), 0);
	assert_int_equal(c.label_n, 2);
	assert_true(c.labelled);
	dossier_clear(&c);
	assert_int_equal(read_with(pods_crio, 1000, &c), -ENOENT);
}

static void crio_sandbox(void **state)
{
	struct container c = { 0 };

	(void)state;
	fixture_file("/var/lib/containers/storage/overlay-containers/" ID "/userdata/config.json",
		"{\"annotations\":{\"io.kubernetes.container.name\":\"POD\","
		"\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
		"\"io.kubernetes.cri-o.Labels\":\"no json\","
		"\"io.kubernetes.cri-o.SandboxID\":\"../../x\"}}");
	assert_int_equal(read_with(pods_crio, 0, &c), 0);
	assert_null(c.name);
	assert_int_equal(c.label_n, 0);
	dossier_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(containerd, setup, teardown),
		cmocka_unit_test_setup_teardown(nerdctl, setup, teardown),
		cmocka_unit_test_setup_teardown(crio, setup, teardown),
		cmocka_unit_test_setup_teardown(crio_sandbox, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
