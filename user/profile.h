/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one provider blocks, for which destinations, how it looks, and what to use instead. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "provider.h" /* struct profile */

struct yaml_node;

/*
 * Reads a profile by name or alias from the data directory ($SMTPFENCE_DATA/profiles; else
 * ../data/profiles beside the executable, as in a build tree; else what was installed), or from a path
 * when `name` holds a '/'. "here" is the first whose dmi matches sys_vendor, product_name,
 * chassis_asset_tag or bios_version below /sys/class/dmi/id ($SMTPFENCE_DMI). What it was called is
 * not kept: `out->name` is the file's. An unknown name is refused with the nearest one. 0 or -errno,
 * said. All text in it is safe to show.
 */
int profile_open(const char *name, struct profile **out);

/* The same for the value of `profile:` in a file: an unknown name is told with its place. */
int profile_named(const struct yaml_node *n, struct profile **out);
void profile_free(struct profile *p);

/* Names of all profiles, sorted, with NULL behind the last; list_free_text(). 0 or -errno, said. */
int profile_list(char ***names, size_t *n);

bool profile_blocks(const struct profile *p, uint16_t port);

/* Its scope for targets of AF_INET or AF_INET6: empty for the family that it leaves alone. */
uint32_t profile_scope(const struct profile *p, int family);

/* True when the source does not say; what stands in the struct is then what is taken instead. */
bool profile_unknown(const struct profile *p, enum provider_key key);
