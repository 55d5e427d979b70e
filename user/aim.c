/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a destination is one that selectors speak of. */
#include "aim.h"

#include <stddef.h>

#include "address.h"
#include "profile.h"
#include "selectors.h"

static bool in_ports(const uint16_t *list, size_t n, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == port)
			return true;
	return false;
}

static bool in_targets(
	uint32_t classes, const struct address *list, size_t n, const struct address *a)
{
	if (classes >> address_class(a) & 1)
		return true;
	for (size_t i = 0; i < n; i++)
		if (address_covers(list + i, a))
			return true;
	return false;
}

static bool port_covered(const struct selectors *s, const struct profile *p, uint16_t port)
{
	if (in_ports(s->not_port, s->not_port_n, port))
		return false;
	return s->port_n ? in_ports(s->port, s->port_n, port) : profile_blocks(p, port);
}

static bool target_covered(
	const struct selectors *s, const struct profile *p, const struct address *a)
{
	if (in_targets(s->not_classes, s->not_to, s->not_to_n, a))
		return false;
	if (selectors_name_target(s))
		return in_targets(s->to_classes, s->to, s->to_n, a);
	return profile_scope(p, a->family) >> address_class(a) & 1;
}

bool aim_covers(
	const struct selectors *s, const struct profile *p, const struct address *a, uint16_t port)
{
	return port_covered(s, p, port) && target_covered(s, p, a);
}
