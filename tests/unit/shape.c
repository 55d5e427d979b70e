/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths of every runtime and driver, and what looks like one and is none. */
#include "shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "pod12345678_1234_1234_1234_123456789abc"
#define USER "/user.slice/user-1000.slice/user@1000.service"

struct example {
	const char *path;
	const char *runtime;
	const char *id;
	uint32_t uid;
};

static const struct example OWN[] = {
	{ "/docker/" ID, "docker", ID, 0 },
	{ "/system.slice/docker-" ID ".scope", "docker", ID, 0 },
	{ "/ci.slice/docker-" ID ".scope", "docker", ID, 0 }, /* --cgroup-parent */
	{ "/ci/" ID, NULL, ID, 0 },
	{ "/system.slice:docker:" ID, "docker", ID, 0 },
	{ "/machine.slice/libpod-" ID ".scope", "podman", ID, 0 },
	{ "/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope", "podman", ID,
		0 },
	{ "/libpod_parent/libpod-" ID, "podman", ID, 0 },
	{ "/libpod_parent/" OTHER "/libpod-" ID, "podman", ID, 0 }, /* in a pod */
	{ "/system.slice/web.service/libpod-payload-" ID, "podman", ID, 0 }, /* Quadlet */
	{ USER "/user.slice/libpod-" ID ".scope", "podman", ID, 1000 },
	{ "/user.slice/user-1001.slice/session-3.scope/" ID, NULL, ID, 1001 },
	{ "/user.slice/user-0.slice/user@0.service/user.slice/libpod-" ID ".scope", "podman", ID,
		0 },
	{ USER "/user.slice/docker-" ID ".scope", "docker", ID, 1000 },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" POD
	  ".slice/cri-containerd-" ID ".scope",
		"containerd", ID, 0 },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" POD ".slice/crio-" ID
	  ".scope",
		"cri-o", ID, 0 },
	{ "/kubepods.slice/kubepods-" POD ".slice/docker-" ID ".scope", "docker", ID, 0 },
	{ "/kubepods/burstable/" POD "/" ID, NULL, ID, 0 },
	{ "/kubepods/besteffort/" POD "/crio-" ID, "cri-o", ID, 0 },
	{ "/kubepods/" POD "/" ID, NULL, ID, 0 },
	{ "/system.slice/containerd.service/kubepods-burstable-" POD ".slice:cri-containerd:" ID,
		"containerd", ID, 0 },
	{ "/k8s.io/" ID, "containerd", ID, 0 },
	{ "/default/" ID, "containerd", ID, 0 },
	{ "/system.slice/nerdctl-" ID ".scope", "containerd", ID, 0 },
	{ "/lxc.payload.web", "lxc", "web", 0 },
	{ "/lxc.payload.web-1", "lxc", "web-1", 0 },
	{ "/lxc/105", "lxc", "105", 0 },
	{ "/lxc.payload/web", "lxc", "web", 0 },
	{ USER "/app.slice/run-r1.scope/lxc.payload.mine", "lxc", "mine", 1000 },
	{ "//docker//" ID "/", "docker", ID, 0 },
};

static const char *const NONE[] = {
	"/",
	"",
	"/system.slice",
	"/system.slice/docker.service",
	"/docker",
	"/docker/" ID "/sub",
	"/docker/" ID "/docker/" OTHER, /* Docker within */
	"/machine.slice/libpod-" ID ".scope/container", /* inside */
	"/machine.slice/libpod-conmon-" ID ".scope",
	"/machine.slice/machine-libpod_pod_" ID ".slice",
	"/libpod_parent/" ID, /* a pod */
	"/libpod_parent/conmon",
	"/kubepods/besteffort/" POD "/crio-conmon-" ID,
	"/kubepods.slice/kubepods-" POD ".slice/crio-conmon-" ID ".scope",
	"/kubepods/burstable/" POD,
	"/lxc.monitor.web",
	"/lxc.pivot",
	"/lxc.payload.",
	"/lxc",
	"/lxc/105/ns",
	"/x/lxc/105", /* not where LXC makes them */
	"/lxc.payload.web/system.slice/docker-" ID ".scope", /* made inside */
	"/docker/0123456789abcdef",
	"/docker/" ID "0",
	"/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	"/docker-" ID ".service",
	"/docker-.scope",
	"/a:b:c",
	"/:docker:" ID "0",
	"/user.slice/user-1000.slice",
};

static void knows_containers(void **state)
{
	struct shape s;

	(void)state;
	for (size_t i = 0; i < sizeof(OWN) / sizeof(*OWN); i++) {
		const struct example *e = &OWN[i];

		if (!shape_read(e->path, &s))
			fail_msg("%s is one", e->path);
		if (e->runtime)
			assert_string_equal(s.runtime, e->runtime);
		else
			assert_null(s.runtime);
		assert_int_equal(s.id_n, strlen(e->id));
		assert_memory_equal(s.id, e->id, s.id_n);
		assert_int_equal(s.uid, e->uid);
	}
}

static void knows_others(void **state)
{
	struct shape s = { .uid = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++) {
		if (shape_read(NONE[i], &s))
			fail_msg("%s is none", NONE[i]);
		assert_int_equal(s.uid, 7); /* untouched */
	}
}

static void numbers_of_users(void **state)
{
	struct shape s;

	(void)state;
	assert_true(shape_read("/user.slice/user-4294967295.slice/" ID, &s));
	assert_int_equal(s.uid, 4294967295U);
	assert_true(shape_read("/user.slice/user-4294967296.slice/" ID, &s));
	assert_int_equal(s.uid, 0); /* none that exists */
	assert_true(shape_read("/user.slice/user-x.slice/" ID, &s));
	assert_int_equal(s.uid, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_containers),
		cmocka_unit_test(knows_others),
		cmocka_unit_test(numbers_of_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
