/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pods.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "dossier.h"
#include "statefile.h"

#define PLACES 64 /* namespaces of containerd looked at, at most */

/* ---- containerd: the task's OCI configuration, whose annotations the CRI plugin and nerdctl write ---- */

static int read_task(const struct statefile_base *b, const char *path, struct container *c)
{
	json_t *o, *a;
	int err = statefile_read(b, path, &o);

	if (err)
		return err;
	a = json_object_get(o, "annotations");
	err = dossier_keep(&c->name, dossier_text(a, "io.kubernetes.cri.container-name"));
	err = err ?: dossier_keep(&c->name, dossier_text(a, "nerdctl/name"));
	err = err ?: dossier_keep(&c->image, dossier_text(a, "io.kubernetes.cri.image-name"));
	err = err ?: dossier_keep(&c->pod, dossier_text(a, "io.kubernetes.cri.sandbox-name"));
	err = err
		      ?: dossier_keep(&c->namespace,
				 dossier_text(a, "io.kubernetes.cri.sandbox-namespace"));
	c->labelled = dossier_text(a, "nerdctl/name"); /* it copies them all to annotations */
	if (!err && c->labelled)
		err = dossier_label(c, a);
	c->runtime = "containerd";
	json_decref(o);
	return err;
}

/* A namespace of containerd after the other; Docker's own ("moby") says nothing there. */
static int read_tasks(
	const struct statefile_base *b, const char *place, const char *id, struct container *c)
{
	DIR *d = statefile_list(b, place);
	char path[PATH_MAX];
	struct dirent *e;
	int err = -ENOENT;

	for (int n = 0; d && err == -ENOENT && n < PLACES && (e = readdir(d)); n++) {
		if (e->d_name[0] == '.' || !strcmp(e->d_name, "moby"))
			continue;
		(void)snprintf(
			path, sizeof(path), "%s/%.255s/%.64s/config.json", place, e->d_name, id);
		err = read_task(b, path, c);
	}
	if (d)
		(void)closedir(d); /* only read */
	return err;
}

int pods_containerd(const struct statefile_base *b, const char *id, struct container *out)
{
	static const char *const places[] = { "/run/containerd/io.containerd.runtime.v2.task",
		"/run/k3s/containerd/io.containerd.runtime.v2.task" };
	int err = -ENOENT;

	/* A user's lies in a mount namespace of his own. */
	for (size_t i = 0; !b->uid && err == -ENOENT && i < sizeof(places) / sizeof(*places); i++)
		err = read_tasks(b, places[i], id, out);
	return err;
}

/* ---- CRI-O: the OCI configuration beside the storage; labels of the pod are its sandbox's ---- */

static int read_oci(const struct statefile_base *b, const char *id, json_t **out)
{
	static const char *const places[] = { "/run/containers/storage/overlay-containers",
		"/var/lib/containers/storage/overlay-containers" };
	char path[PATH_MAX];
	int err = -ENOENT;

	for (size_t i = 0; err == -ENOENT && i < sizeof(places) / sizeof(*places); i++) {
		(void)snprintf(path, sizeof(path), "%s/%.64s/userdata/config.json", places[i], id);
		err = statefile_read(b, path, out);
	}
	return err;
}

/* An annotation that holds JSON. */
static int add_inner(struct container *c, const json_t *annotations)
{
	const char *text = dossier_text(annotations, "io.kubernetes.cri-o.Labels");
	json_t *labels = text ? json_loads(text, 0, NULL) : NULL;
	int err = dossier_label(c, labels);

	json_decref(labels);
	return err;
}

static bool is_id(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static int take_crio(const struct statefile_base *b, const json_t *a, struct container *c)
{
	const char *sandbox = dossier_text(a, "io.kubernetes.cri-o.SandboxID");
	const char *type = dossier_text(a, "io.kubernetes.cri-o.ContainerType");
	json_t *pod = NULL;
	int err = 0;

	if (!sandbox)
		return -ENOENT; /* Podman's files lie in the same place */
	if (!type || strcmp(type, "sandbox"))
		err = dossier_keep(&c->name, dossier_text(a, "io.kubernetes.container.name"));
	err = err ?: dossier_keep(&c->image, dossier_text(a, "io.kubernetes.cri-o.ImageName"));
	err = err ?: dossier_keep(&c->pod, dossier_text(a, "io.kubernetes.pod.name"));
	err = err ?: dossier_keep(&c->namespace, dossier_text(a, "io.kubernetes.pod.namespace"));
	err = err ?: add_inner(c, a);
	c->runtime = "cri-o";
	if (!err && is_id(sandbox) && !read_oci(b, sandbox, &pod)) {
		err = add_inner(c, json_object_get(pod, "annotations"));
		c->labelled = true;
	}
	json_decref(pod);
	return err;
}

int pods_crio(const struct statefile_base *b, const char *id, struct container *out)
{
	json_t *o = NULL;
	int err = b->uid ? -ENOENT : read_oci(b, id, &o);

	err = err ?: take_crio(b, json_object_get(o, "annotations"), out);
	json_decref(o);
	return err;
}
