/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One word out of a few, in a YAML file: what else stands there is refused with what is accepted. */
#include "choice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "yaml.h"

#define LISTED 512 /* our own words only: the longest list has some 150 bytes */

static const char *const *find(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (!strcmp(*words, word))
			return words;
	return NULL;
}

/* "a, b, c"; returns how many. */
static size_t join(char to[LISTED], const char *const *words)
{
	size_t at = 0, n;

	to[0] = 0;
	for (n = 0; words[n] && at < LISTED; n++)
		at += snprintf(to + at, LISTED - at, "%s%s", n ? ", " : "", words[n]);
	return n;
}

int choice_refuse(const struct yaml_node *n, const struct choice *c, const char *word)
{
	char listed[LISTED];
	size_t count = join(listed, c->accepted);
	const char *near = text_nearest(word, c->accepted, count);

	if (find(c->later, word))
		return yaml_refuse(
			n, "'%s' is not supported by this version (accepted: %s)", word, listed);
	if (near)
		return yaml_refuse(
			n, "'%s' is not %s (%s); did you mean '%s'?", word, c->what, listed, near);
	return yaml_refuse(n, "'%s' is not %s (%s)", word, c->what, listed);
}

int choice_of(const struct yaml_node *n, const struct choice *c, size_t *index)
{
	const char *word = yaml_scalar(n);
	const char *const *found = word ? find(c->accepted, word) : NULL;
	char listed[LISTED];

	if (!word) {
		join(listed, c->accepted);
		return yaml_refuse(n, "one word is expected here (%s)", listed);
	}
	if (!found)
		return choice_refuse(n, c, word);
	*index = found - c->accepted;
	return 0;
}
