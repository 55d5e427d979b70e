/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy as the kernel takes it: names looked up, rules compiled, hash set. */
#pragma once

struct compiled;
struct exemptions;
struct policy;

/*
 * With the exemptions that are in force (NULL: none). `fallback_errno` answers `block` where neither rule
 * nor policy says; `hex` gets policy_hash(), which says nothing of exemptions. 0 or -errno, said. Free
 * *out with compile_free().
 */
int translate_policy(const struct policy *p, const struct exemptions *e, int fallback_errno,
	struct compiled **out, char hex[65]);
