/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keeps what the fence in force knows of cgroups right, as they come, go and become known. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "terms.h"

struct keeper;
struct living;

/*
 * For the fence in `state`, with the policy and the exemptions it was asked for; `mount` as cgroup_mount()
 * gives. 0 or -errno: -ENOENT, silent, no fence is up; -ESTALE, silent: what is in the kernel is about other
 * terms, so raise_again() is due, or another change is on its way; else said.
 */
int keeper_open(const char *state, const char *mount, struct keeper **out);
void keeper_close(struct keeper *k); /* NULL passes */

bool keeper_needed(const struct keeper *k); /* some term selects by cgroup */
const struct terms *keeper_terms(const struct keeper *k);
struct living *keeper_living(const struct keeper *k);

/*
 * Each 0 or -errno: -ENOSPC, silent: the kernel has no room for what came, until raise_again(); it is judged as
 * unknown, which blocks where it could matter. Else said. Times are of one monotonic clock.
 */
int keeper_made(struct keeper *k, uint64_t id, const char *path, uint64_t now_ms);
int keeper_gone(struct keeper *k, uint64_t id, const char *path);
int keeper_scan(
	struct keeper *k, uint64_t now_ms); /* the whole tree, and forgets what is not there */
int keeper_again(struct keeper *k, uint64_t now_ms); /* containers that were not known, when due */
int keeper_sweep(struct keeper *k); /* makes room for limits, once in a while */
uint64_t keeper_next(const struct keeper *k); /* when that is; UINT64_MAX: all are known */
