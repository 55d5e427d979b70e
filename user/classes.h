/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values that rules name one by one (users, executables, cgroups), with their sets of rules. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct vectors;

struct classes_pair {
	uint64_t key[2];
	uint64_t parent; /* key[0] of what this value lies in, whose rules it has too; 0 none */
	size_t rule;
};

struct classes_entry {
	uint64_t key[2];
	uint32_t vector; /* rules that name it or what it lies in, and `other` */
};

struct classes {
	struct classes_entry *entry; /* unique by key, sorted */
	size_t n;
};

struct classes_input {
	struct classes_pair *pair; /* gets sorted */
	size_t n;
	int other; /* enum vector: the rules that select no such value */
};

/* 0, -ENOMEM, or -ELOOP when values lie in each other. Free out->entry. */
int classes_find(const struct classes_input *in, struct vectors *v, struct classes *out);
