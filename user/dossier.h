/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of one container, as it is put together from its runtime's files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct container_label {
	char *key, *value;
};

/* Owned by whoever read it; NULL: not known. */
struct container {
	char *id; /* 64 hex digits; of LXC its name */
	char *name; /* of Kubernetes the container's in its pod; none for the pod's own sandbox */
	char *image; /* "docker.io/library/nginx:1.25" */
	const char *runtime; /* "docker", "podman", "containerd", "cri-o", "lxc" */
	char *pod, *namespace; /* Kubernetes */
	struct container_label *label; /* by key, nothing twice */
	size_t label_n;
	/*
	 * All its labels are among `label`. False where the runtime keeps them in a database: Podman's (there
	 * `label` is what --annotation gave), containerd's of pods, Incus' and LXC's.
	 */
	bool labelled;
	/*
	 * A user's own, who writes what he likes into the files that tell all of the above, and makes
	 * cgroups of any name: nothing of it may earn an allow.
	 */
	bool rootless;
};

/* Text of a member of an object; NULL when there is none. */
const char *dossier_text(const json_t *o, const char *key);

/* Puts a copy of `text` into a field that has none yet; NULL and "" pass. 0 or -ENOMEM. */
int dossier_keep(char **field, const char *text);

/* Adds the texts of an object as labels. 0 or -ENOMEM. */
int dossier_label(struct container *c, json_t *from);

/* When all is added: sorts labels, of two with one key the first stands; reads pod and namespace from kubelet's. 0 or -ENOMEM. */
int dossier_settle(struct container *c);
void dossier_clear(struct container *c); /* what it holds, not the struct */
