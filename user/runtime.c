/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "runtime.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "dossier.h"
#include "pods.h"
#include "shape.h"
#include "statefile.h"

#define PLACES 64 /* directories looked at, of one kind, at most */

/* One reading of a container's files. */
struct search {
	const struct statefile_base *base;
	const char *id;
	struct container *found;
};

/* ---- Docker: containers/ID/config.v2.json ---- */

static int read_docker_at(struct search *s, const char *data)
{
	char path[PATH_MAX];
	const char *name;
	json_t *config, *o;
	int err;

	(void)snprintf(path, sizeof(path), "%.3000s/containers/%.64s/config.v2.json", data, s->id);
	err = statefile_read(s->base, path, &o);
	if (err)
		return err;
	config = json_object_get(o, "Config");
	name = dossier_text(o, "Name");
	err = name && config ? 0 : -EBADMSG;
	/* Of a pod (cri-dockerd), its name in there; else Docker's own, which begins with '/'. */
	err = err
		      ?: dossier_keep(
				 &s->found->name, dossier_text(json_object_get(config, "Labels"),
							  "io.kubernetes.container.name"));
	err = err ?: dossier_keep(&s->found->name, name + (name && *name == '/'));
	err = err ?: dossier_keep(&s->found->image, dossier_text(config, "Image"));
	err = err ?: dossier_label(s->found, json_object_get(config, "Labels"));
	s->found->labelled = true;
	s->found->runtime = "docker";
	json_decref(o);
	return err;
}

/* With userns-remap all of it lies in "UID.GID" below the data-root. */
static bool is_remap(const char *name)
{
	size_t n = strspn(name, "0123456789");

	return n && name[n] == '.' && name[n + 1] &&
	       !name[n + 1 + strspn(name + n + 1, "0123456789")];
}

static int read_docker(struct search *s)
{
	const char *data = s->base->uid ? ".local/share/docker" : "/var/lib/docker";
	char path[PATH_MAX];
	json_t *daemon = NULL;
	struct dirent *e;
	DIR *d;
	int err;

	if (!s->base->uid && !statefile_read(s->base, "/etc/docker/daemon.json", &daemon))
		data = dossier_text(daemon, "data-root") ?: data;
	err = read_docker_at(s, data);
	d = err == -ENOENT ? statefile_list(s->base, data) : NULL;
	for (int i = 0; d && err == -ENOENT && i < PLACES && (e = readdir(d));) {
		if (!is_remap(e->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%.2000s/%s", data, e->d_name);
		err = read_docker_at(s, path);
		i++;
	}
	if (d)
		(void)closedir(d); /* only read */
	json_decref(daemon);
	return err;
}

/* ---- Podman: the list of containers of its storage, whose directory is named after the driver ---- */

static int take_podman(struct search *s, const json_t *entry, const char *dir)
{
	const char *text = dossier_text(entry, "metadata");
	json_t *metadata = text ? json_loads(text, 0, NULL) : NULL, *config = NULL;
	struct container *c = s->found;
	char path[PATH_MAX];
	int err;

	err = dossier_keep(
		&c->name, json_string_value(json_array_get(json_object_get(entry, "names"), 0)));
	err = err ?: dossier_keep(&c->image, dossier_text(metadata, "image-name"));
	(void)snprintf(path, sizeof(path), "%s/%.64s/userdata/config.json", dir, s->id);
	if (!err && !statefile_read(s->base, path, &config))
		err = dossier_label(c, json_object_get(config, "annotations"));
	c->runtime = "podman";
	json_decref(config);
	json_decref(metadata);
	return err;
}

static int read_podman_list(struct search *s, const char *dir, const char *list)
{
	json_t *all, *entry;
	char path[PATH_MAX];
	int err;
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, list);
	err = statefile_read(s->base, path, &all);
	if (err)
		return err;
	err = -ENOENT;
	json_array_foreach(all, i, entry)
	{
		if (strcmp(dossier_text(entry, "id") ?: "", s->id))
			continue;
		err = take_podman(s, entry, dir);
		break;
	}
	json_decref(all);
	return err;
}

static int read_podman(struct search *s)
{
	static const char *const drivers[] = { "overlay", "vfs", "btrfs", "zfs" };
	const char *top = s->base->uid ? ".local/share" : "/var/lib";
	char dir[128];
	int err = -ENOENT;

	for (size_t i = 0; err == -ENOENT && i < sizeof(drivers) / sizeof(*drivers); i++) {
		(void)snprintf(
			dir, sizeof(dir), "%s/containers/storage/%s-containers", top, drivers[i]);
		err = read_podman_list(s, dir, "containers.json");
		if (err == -ENOENT)
			err = read_podman_list(s, dir, "volatile-containers.json");
	}
	return err;
}

/* ---- LXC, Incus, LXD: the name is in the path; a directory of that name says that it stands ---- */

static bool lxc_is(const struct statefile_base *b, const char *name)
{
	static const char *const places[] = { "/var/lib/lxc/%s/config",
		"/var/lib/incus/containers/%s", "/var/lib/lxd/containers/%s",
		"/var/snap/lxd/common/lxd/containers/%s" };
	char path[PATH_MAX];

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		(void)snprintf(path, sizeof(path), places[i], name);
		if (!b->uid && statefile_is(b, path))
			return true;
	}
	(void)snprintf(path, sizeof(path), ".local/share/lxc/%s/config", name);
	return b->uid && statefile_is(b, path);
}

/* A cgroup that an earlier run has left makes LXC append "-1", "-2", ... */
static int read_lxc(struct search *s)
{
	char *name = strdup(s->id), *dash;
	bool found;

	if (!name)
		return -ENOMEM;
	found = lxc_is(s->base, name);
	dash = strrchr(name, '-');
	if (!found && dash && dash[1] && !dash[1 + strspn(dash + 1, "0123456789")]) {
		*dash = 0;
		found = lxc_is(s->base, name);
	}
	if (!found) {
		free(name);
		return -ENOENT;
	}
	s->found->runtime = "lxc";
	s->found->name = name;
	return 0;
}

static int read_containerd(struct search *s)
{
	return pods_containerd(s->base, s->id, s->found);
}

static int read_crio(struct search *s)
{
	return pods_crio(s->base, s->id, s->found);
}

/* ---- which of them ---- */

static int read_by_id(struct search *s, const char *runtime)
{
	static const struct {
		const char *runtime;
		int (*read)(struct search *s);
	} readers[] = {
		{ "docker", read_docker },
		{ "containerd", read_containerd },
		{ "cri-o", read_crio },
		{ "podman", read_podman },
		{ "lxc", read_lxc },
	};
	int err = -ENOENT;

	for (size_t i = 0; err == -ENOENT && i < sizeof(readers) / sizeof(*readers); i++)
		if (runtime ? !strcmp(runtime, readers[i].runtime) : readers[i].read != read_lxc)
			err = readers[i].read(s);
	return err;
}

int runtime_read(const char *root, const struct shape *shape, struct container *out)
{
	struct statefile_base base = { .dir = -1 };
	struct container found = { 0 };
	struct search s = { .base = &base, .found = &found };
	char *id = strndup(shape->id, shape->id_n);
	int err = id ? statefile_base(root, shape->uid, &base) : -ENOMEM;

	s.id = id;
	err = err ?: read_by_id(&s, shape->runtime);
	err = err ?: dossier_settle(&found);
	statefile_end(&base);
	free(id);
	if (err) {
		dossier_clear(&found);
		return err == -ENOMEM ? err : -ENOENT;
	}
	*out = found;
	return 0;
}
