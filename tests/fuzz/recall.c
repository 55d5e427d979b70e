/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rooms: text json address action mask script subject attempt line member recall */
/* Any bytes as an event: refused, or read; and what is read writes a line that writes itself again. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "recall.h"

static const char *rule_name(const void *arg, uint16_t rule)
{
	(void)rule;
	return arg;
}

static char *print(const struct recalled *r, size_t *n)
{
	struct line_context c = { r->profile, rule_name, r->rule };
	char *text = NULL;
	FILE *to = open_memstream(&text, n);

	if (!to || line_json(&r->attempt, &c, to) || fclose(to))
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recalled r, again;
	char *once, *twice, who[40];
	const char *why = NULL;
	size_t n, m;

	if (recall_line((const char *)data, size, &r, &why)) {
		if (!why)
			abort();
		return 0;
	}
	attempt_who(who, sizeof(who), &r.attempt);
	once = print(&r, &n);
	if (memchr(once, '\n', n) != once + n - 1 || recall_line(once, n, &again, &why))
		abort();
	twice = print(&again, &m);
	if (n != m || memcmp(once, twice, n))
		abort();
	free(once);
	free(twice);
	recall_clear(&r);
	recall_clear(&again);
	return 0;
}
