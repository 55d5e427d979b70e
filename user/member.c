/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define UNKNOWN_ID (~0U)
#define NS_PER_MS 1000000ULL

const char *member_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

uint64_t member_id(const json_t *o, const char *key)
{
	const char *s = member_text(o, key);
	uint64_t id = 0;

	if (s && text_number(s, UINT64_MAX, &id))
		return 0;
	return id;
}

uint32_t member_number(const json_t *o, const char *key, uint32_t unknown)
{
	const json_t *v = json_object_get(o, key);
	json_int_t n = json_integer_value(v);

	return json_is_integer(v) && n >= 0 && n <= UINT32_MAX ? (uint32_t)n : unknown;
}

uint64_t member_count(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n < 0 || (uint64_t)n > UINT64_MAX / NS_PER_MS ? 0 : (uint64_t)n;
}

uint32_t member_holder(const json_t *o, const char *key)
{
	const char *s = member_text(json_object_get(o, key), "id");
	uint64_t id;

	return s && !text_number(s, UINT32_MAX, &id) ? (uint32_t)id : UNKNOWN_ID;
}

bool member_true(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

char *member_bytes(const char *hex, size_t *n)
{
	char *bytes;

	*n = strlen(hex) / 2;
	if (strlen(hex) % 2 || strspn(hex, "0123456789abcdef") != strlen(hex))
		return NULL;
	bytes = malloc(*n + 1);
	if (!bytes)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		bytes[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	bytes[*n] = '\0';
	return bytes;
}

char *member_raw(const json_t *o, const char *key)
{
	const char *s = member_text(o, key), *hex;
	char name[32];
	size_t n;

	snprintf(name, sizeof(name), "%s_hex", key);
	hex = member_text(o, name);
	if (hex)
		return member_bytes(hex, &n);
	return s ? strdup(s) : NULL;
}

void member_comm(const json_t *o, const char *key, char comm[FENCE_COMM])
{
	char *s = member_raw(o, key);

	if (s)
		snprintf(comm, FENCE_COMM, "%s", s);
	free(s);
}
