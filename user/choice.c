/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One word out of a few, in a YAML file: what else stands there is refused with what is accepted. */
#include "choice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "yaml.h"

#define LISTED 512 /* our own words only: the longest list has some 150 bytes */
#define SHOWN 100 /* bytes of a word that is not ours */

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

char *choice_complaint(char to[CHOICE_TEXT], const struct choice *c, const char *word)
{
	char listed[LISTED];
	size_t count = join(listed, c->accepted);
	const char *near = text_nearest(word, c->accepted, count);
	const char *cut = strlen(word) > SHOWN ? "..." : "";

	if (find(c->later, word))
		snprintf(to, CHOICE_TEXT, "'%s' is not supported by this version (accepted: %s)",
			word, listed);
	else if (near)
		snprintf(to, CHOICE_TEXT, "'%s' is not %s (%s); did you mean '%s'?", word, c->what,
			listed, near);
	else
		snprintf(to, CHOICE_TEXT, "'%.*s%s' is not %s (%s)", SHOWN, word, cut, c->what,
			listed);
	return to;
}

int choice_refuse(const struct yaml_node *n, const struct choice *c, const char *word)
{
	char complaint[CHOICE_TEXT];

	return yaml_refuse(n, "%s", choice_complaint(complaint, c, word));
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
