/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a container runtime's own state files say of one container. */
#pragma once

struct container;
struct shape;

/*
 * Fills all but the id and `rootless`, of a container of this shape; `root` as in statefile_base(). 0,
 * -ENOENT when no file tells of it (yet), -ENOMEM. Not said. dossier_clear() what it gave.
 *
 * Where it looks: Docker's data-root (daemon.json), also with userns-remap; Podman's and CRI-O's storage in
 * /var/lib/containers and /run/containers, or a user's in ~/.local/share/containers; tasks of
 * containerd in /run/containerd and /run/k3s/containerd; LXC, Incus and LXD below /var/lib.
 */
int runtime_read(const char *root, const struct shape *s, struct container *out);
