/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IP addresses and prefixes as text and bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t bits; /* prefix length: 32 or 128 for a single address */
	uint8_t byte[16]; /* network order; IPv4 in the first four; host bits zero */
};

#define ADDRESS_TEXT 64 /* holds any address or prefix with its zero */

/*
 * "192.0.2.1", "10.0.0.0/8", "2001:db8::/32". A v4-mapped prefix of /96 or longer becomes IPv4. Host
 * bits set are an error: -EDOM. Otherwise 0 or -EINVAL.
 */
int address_parse(const char *s, struct address *out);

/* Canonical text (RFC 5952), with "/bits" unless it is a single address. Returns `to`. */
char *address_print(char to[ADDRESS_TEXT], const struct address *a);

/* A single address from the words of an attempt or mark: network order, IPv4 in [0]. */
struct address address_from_words(uint8_t family, const uint32_t word[4]);

bool address_covers(const struct address *prefix, const struct address *a);
bool address_equal(const struct address *a, const struct address *b);

/* enum target_class of a single address, by itself (never CLASS_OWN). */
uint8_t address_class(const struct address *a);

/* "public", "private", ...; and back. NULL or -EINVAL when there is none. */
const char *address_class_name(uint8_t target_class);
int address_class_from_name(const char *name);
