/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values of selectors, as they are kept. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "address.h"

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

/* The keys of `if:`; those of the lists follow the others in the order of enum selector. */
enum selection_key {
	SELECTION_TO,
	SELECTION_PORT,
	SELECTION_LABEL,
	SELECTION_NOT,
	SELECTION_LISTS,
	SELECTION_NOT_TO = SELECTION_LISTS + SELECTOR_COUNT, /* within `not:` */
	SELECTION_NOT_PORT,
};

extern const char
	*const selection_keys[]; /* indexed by enum selection_key up to "vm"; NULL at the end */
extern const char selection_no_memory[]; /* a fault that is told from others by its address */

/* Adds one value; not for labels. NULL, or why not, to be read behind `text`. */
const char *selection_add(struct selectors *s, size_t key, const char *text);
const char *selection_add_label(struct selectors *s, const char *key, const char *text);

/* The same of the key alone, before its values. */
const char *selection_label_fault(const struct selectors *s, const char *key);

/* Sorts all lists and drops what is there twice. */
void selection_sort(struct selectors *s);

/* What users and groups are on this machine. 0, -ENOMEM; -ENOENT with the key and the name it does not know. */
int selection_look_up(struct selectors *s, enum selector *key, const char **missing);
