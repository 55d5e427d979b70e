/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who, and where to: what `if:` of a rule, a tenant or an exemption says. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "selection.h"

struct yaml_node;

/*
 * Reads the value of `if:`. 0 or -errno, said with line and column: unknown selectors, users and
 * groups that are not on this machine, `not:` of anything but `to` and `port`. selectors_clear() what
 * it gave.
 */
int selectors_read(const struct yaml_node *n, struct selectors *out);

/* The node of that value in the map that was read, to complain at; the map when it is not there. */
const struct yaml_node *selectors_find(
	const struct yaml_node *map, enum selector which, const char *value);

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
