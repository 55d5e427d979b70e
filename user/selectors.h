/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who, and where to: what `if:` of a rule, a tenant or an exemption says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "address.h"

struct yaml_node;

/* Selectors that are lists of texts; the names of their keys are selector_names[]. */
enum selector {
	SELECTOR_USER, /* names or numbers as written */
	SELECTOR_GROUP,
	SELECTOR_EXE, /* absolute paths */
	SELECTOR_CGROUP, /* absolute paths below the v2 root, or globs (FNM_PATHNAME) */
	SELECTOR_UNIT, /* systemd unit names or globs: "exim4.service", "shop.slice" */
	SELECTOR_CONTAINER, /* globs of names, or ids of at least 12 hex digits */
	SELECTOR_IMAGE, /* globs */
	SELECTOR_RUNTIME, /* "docker", "podman", "containerd", "cri-o", "lxc" */
	SELECTOR_POD, /* globs of Kubernetes pod names */
	SELECTOR_NAMESPACE, /* globs of Kubernetes namespaces */
	SELECTOR_MTA, /* presets, see preset.h */
	SELECTOR_TENANT, /* names in the policy's `tenants:` */
	SELECTOR_INTERFACE, /* globs; forwarded traffic only */
	SELECTOR_VM, /* names or VMIDs; forwarded traffic only */
	SELECTOR_NAME, /* `to: { name: relay.example.net }` */
	SELECTOR_COUNT,
};

/* Indexed by enum selector. SELECTOR_NAME's is "name": it stands within `to:`. */
extern const char *const selector_names[SELECTOR_COUNT + 1];

struct selectors_list {
	char **text; /* sorted, nothing twice; owned */
	size_t n;
};

/* One key of `label:`; several keys are AND, the values of one are OR. */
struct selectors_label {
	char *key;
	struct selectors_list value; /* globs */
};

/*
 * Lists are OR, different selectors are AND; an empty list does not select. Lists are sorted and hold
 * nothing twice. All owned.
 */
struct selectors {
	struct selectors_list by[SELECTOR_COUNT];
	uint32_t *uid; /* what by[SELECTOR_USER] means here, same length */
	uint32_t *gid; /* what by[SELECTOR_GROUP] means here, same length */
	struct selectors_label *label; /* by key */
	size_t label_n;
	struct address *to;
	size_t to_n;
	uint32_t to_classes; /* bit per enum target_class named in `to:` */
	uint16_t *port; /* host order */
	size_t port_n;
	struct address *not_to; /* `not: { to: ... }` */
	size_t not_to_n;
	uint32_t not_classes;
	uint16_t *not_port;
	size_t not_port_n;
};

/*
 * Reads the value of `if:`. 0 or -errno, said with line and column: unknown selectors, users and
 * groups that are not on this machine, `not:` of anything but `to` and `port`. selectors_clear() what
 * it gave.
 */
int selectors_read(const struct yaml_node *n, struct selectors *out);

/*
 * One selector as a flag of a verb, `--container shop`: the key's name and one value; "label" takes
 * KEY=VALUE, "to" also name:HOST. May be called again for the same key (OR). 0, or -EINVAL said as "--key: ...".
 * selectors_settle() when all are given.
 */
int selectors_flag(struct selectors *s, const char *key, const char *value);
int selectors_settle(struct selectors *s); /* sorts, looks users and groups up; 0 or -errno, said */

void selectors_clear(struct selectors *s);

/* { to: 10.0.0.0/8, user: [a, b], not: { port: 587 } }: YAML, canonical, one line, no newline. */
void selectors_print(FILE *to, const struct selectors *s);

bool selectors_empty(const struct selectors *s); /* selects everything */
bool selectors_identify(const struct selectors *s); /* asks who, not only where to */
bool selectors_by_cgroup(const struct selectors *s); /* asks something that the cgroup tells */
bool selectors_by_container(
	const struct selectors *s); /* container, image, runtime, pod, namespace, label */
bool selectors_name_target(const struct selectors *s); /* has `to:` (addresses, classes or names) */
