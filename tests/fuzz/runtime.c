/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rooms: list shape statefile dossier pods runtime */
/* Any bytes as the state file of each runtime: refused, or read, and what is read holds together. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dossier.h"
#include "runtime.h"
#include "shape.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define STORAGE "var/lib/containers/storage/overlay-containers"

/* The same bytes, for whoever looks. */
static const char *const files[] = { "var/lib/docker/containers/" ID "/config.v2.json",
	"run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json",
	STORAGE "/" ID "/userdata/config.json", STORAGE "/containers.json",
	"etc/docker/daemon.json" };

static const char *const paths[] = { "/docker/" ID, "/k8s.io/" ID, "/kubepods/pod1/crio-" ID,
	"/libpod_parent/libpod-" ID, "/x/" ID };

static char root[32] = "/tmp/fuzz.XXXXXX";

static void drop_root(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	if (system(command))
		abort();
}

static void make_root(void)
{
	char path[512], *slash;

	if (!mkdtemp(root) || atexit(drop_root))
		abort();
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, files[i]);
		for (slash = strchr(path + sizeof("/tmp"), '/'); slash;
			slash = strchr(slash + 1, '/')) {
			*slash = 0;
			(void)mkdir(path, 0755); /* or it is there */
			*slash = '/';
		}
	}
}

static void put(const uint8_t *data, size_t size)
{
	char path[512];
	int fd;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, files[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct container c;
	struct shape s;

	if (strchr(root, 'X'))
		make_root();
	put(data, size);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		c = (struct container){ 0 };
		if (!shape_read(paths[i], &s))
			abort();
		if (runtime_read(root, &s, &c)) {
			if (c.runtime || c.name || c.label)
				abort();
			continue;
		}
		if (!c.runtime || c.id)
			abort();
		for (size_t l = 1; l < c.label_n; l++)
			if (strcmp(c.label[l - 1].key, c.label[l].key) >= 0)
				abort();
		dossier_clear(&c);
	}
	return 0;
}
