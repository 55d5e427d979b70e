/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "relief.h"

#include <stdbool.h>
#include <stddef.h>

#include "exemption.h"
#include "slip.h"
#include "text.h"

#define SHOWN 10 /* of up to FENCE_EXEMPTIONS */

static bool in_force(const struct exemption *e, uint64_t now_ns)
{
	return exemption_state(e, now_ns) == EXEMPTION_IN_FORCE;
}

const struct exemption *relief_pause(const struct exemptions *all, uint64_t now_ns)
{
	const struct exemption *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct exemption *e = &all->e[i];

		if (e->pause && in_force(e, now_ns) && (!found || e->until_ns > found->until_ns))
			found = e;
	}
	return found;
}

void relief_text(const struct exemptions *all, uint64_t now_ns, FILE *to)
{
	size_t met = 0;
	char n[28];

	for (int last = 0; last < 2; last++) {
		for (size_t i = 0; i < all->n; i++) {
			const struct exemption *e = &all->e[i];
			bool first = e->pause || order_is_strict(&e->order);

			if (!in_force(e, now_ns) || first == last)
				continue;
			if (!met) {
				fputc('\n', to);
				slip_line(to, NULL, now_ns);
			}
			if (met++ < SHOWN)
				slip_line(to, e, now_ns);
		}
	}
	if (met > SHOWN)
		fprintf(to, "and %s more: smtpfence list\n", text_count(n, met - SHOWN));
	if (!met)
		fputs("\nexemptions, blocks, pauses: none\n", to);
}

void relief_json(const struct exemptions *all, uint64_t now_ns, struct json *j)
{
	for (size_t i = 0; i < all->n; i++)
		if (in_force(&all->e[i], now_ns))
			slip_json(j, NULL, &all->e[i], now_ns);
}
