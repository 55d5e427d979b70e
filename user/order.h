/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a rule orders: its `then:`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bpf/fence.h"

struct yaml_node;

struct order {
	uint8_t action; /* enum action */
	int err; /* positive errno for block; 0: the policy's */
	uint32_t most; /* limit: connections in a window; 0 any number */
	uint16_t
		most_to; /* limit: different addresses in a window, 1 to FENCE_LIMIT_TARGETS; 0 any number */
	uint64_t window_s; /* limit */
	struct fence_relay relay; /* redirect */
	bool transparent; /* redirect: getpeername() goes on showing the address asked for */
	char *reply; /* answer: "550 5.7.1 Use port 587"; NULL: the usual one. Owned */
};

/*
 * "allow"; "block"; "block EPERM"; "drop"; "limit 30 connections/h", "limit 30 connections/10m to 10 addresses",
 * "limit to 10 addresses/d"; "redirect 127.0.0.1:1025", "redirect 192.0.2.9:587 [2001:db8::9]:587
 * transparent"; "answer", "answer 550 5.7.1 Use port 587". 0 or -errno, said. order_clear() what it gave.
 */
int order_read(const struct yaml_node *n, struct order *out);

/* The same of a text; complaints begin with `where`. */
int order_from_text(const char *where, const char *text, struct order *out);
void order_print(FILE *to, const struct order *o); /* canonical; what order_from_text() takes */
void order_clear(struct order *o);
bool order_is_strict(const struct order *o); /* nothing leaves: ACTION_ANSWER and stricter */
