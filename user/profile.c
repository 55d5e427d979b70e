/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one provider blocks, for which destinations, how it looks, and what to use instead. */
#include "profile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "address.h"
#include "bpf/fence.h"
#include "choice.h"
#include "dmi.h"
#include "list.h"
#include "say.h"
#include "shelf.h"
#include "text.h"
#include "yaml.h"

static const char *const effects[] = {
	[EFFECT_NONE] = "none",
	[EFFECT_DROP] = "drop",
	[EFFECT_REJECT] = "reject",
	[EFFECT_COUNT] = NULL,
};

static const char *const hints[] = { "587", "465", "2525", "api", NULL };

/* In the order of `readers`. */
static const char *const keys[] = { "provider", "ports", "scope", "effect", "errno", "after",
	"hints", "note", "exemption", "source", "as-of", "confidence", "dmi", NULL };

static const struct choice key_choice = { "a key of a profile", keys, NULL };
static const struct choice effect_choice = { "an effect", effects, NULL };
static const struct choice errno_choice = { "an error a block may answer", action_errno_names,
	NULL };
static const struct choice hint_choice = { "a hint", hints, NULL };

/* Reports show this text as it is: what a terminal would act on is refused here. */
static int read_text(const struct yaml_node *n, char **to)
{
	const char *s = yaml_scalar(n);
	char *copy, *shown;
	int err = 0;

	if (!s || !*s)
		return yaml_refuse(n, "a text is expected here");
	if (*to)
		return yaml_refuse(n, "one text is expected here, not a list");
	copy = strdup(s);
	shown = malloc(4 * strlen(s) + 4);
	if (!copy || !shown)
		err = fail(-ENOMEM, "read profile");
	else if (strcmp(s, text_inert(shown, 4 * strlen(s) + 4, s, strlen(s))))
		err = yaml_refuse(n, "holds characters that cannot be shown: %s", s);
	free(shown);
	if (err)
		free(copy);
	else
		*to = copy;
	return err;
}

static int read_provider(const struct yaml_node *n, struct profile *p)
{
	return read_text(n, &p->provider);
}

static int read_port(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);
	uint64_t port;
	unsigned at;

	if (!s || text_number(s, 65535, &port) || !port)
		return yaml_refuse(n, "a port is a number from 1 to 65535");
	if (profile_blocks(p, port))
		return yaml_refuse(n, "port %s is here twice", s);
	if (p->blocked_n == PROFILE_PORTS)
		return yaml_refuse(n, "more than %d ports", PROFILE_PORTS);
	for (at = p->blocked_n++; at && p->blocked[at - 1] > port; at--)
		p->blocked[at] = p->blocked[at - 1];
	p->blocked[at] = port;
	return 0;
}

static int read_scope(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);
	int class = s ? address_class_from_name(s) : -EINVAL;

	if (class < 0)
		return yaml_refuse(
			n, "a class of addresses is expected here, such as public or private");
	p->scope |= 1U << class;
	return 0;
}

static int read_effect(const struct yaml_node *n, struct profile *p)
{
	size_t i;
	int err = choice_of(n, &effect_choice, &i);

	if (!err)
		p->effect = i;
	return err;
}

static int read_errno(const struct yaml_node *n, struct profile *p)
{
	size_t i;
	int err = choice_of(n, &errno_choice, &i);

	if (!err)
		p->err = action_errno_from_name(action_errno_names[i]);
	return err;
}

static int read_after(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);
	uint64_t seconds;

	if (!s || text_duration(s, &seconds))
		return yaml_refuse(n, "a time is expected here, such as 134s or 2m");
	p->after_s = seconds;
	return 0;
}

static int read_hint(const struct yaml_node *n, struct profile *p)
{
	size_t i;
	int err = choice_of(n, &hint_choice, &i);

	if (err)
		return err;
	for (unsigned k = 0; k < p->hint_n; k++)
		if (!strcmp(p->hint[k], hints[i]))
			return yaml_refuse(n, "'%s' is here twice", hints[i]);
	p->hint[p->hint_n] = strdup(hints[i]);
	if (!p->hint[p->hint_n])
		return fail(-ENOMEM, "read profile");
	p->hint_n++;
	return 0;
}

static int read_note(const struct yaml_node *n, struct profile *p)
{
	return read_text(n, &p->hint_note);
}

static int read_exemption(const struct yaml_node *n, struct profile *p)
{
	return read_text(n, &p->exemption);
}

static int read_source(const struct yaml_node *n, struct profile *p)
{
	return read_text(n, &p->source);
}

/* YYYY-MM or YYYY-MM-DD */
static int read_as_of(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n), *shape = "0000-00-00";
	size_t length = s ? strlen(s) : 0;
	bool good = length == 7 || length == 10;

	for (size_t i = 0; good && i < length; i++)
		good = shape[i] == '0' ? isdigit((unsigned char)s[i]) : s[i] == '-';
	if (!good)
		return yaml_refuse(n, "a date is expected here, such as 2026-06 or 2026-06-30");
	return read_text(n, &p->as_of);
}

static int read_confidence(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);

	if (!s || strlen(s) != 1 || *s < 'A' || *s > 'D')
		return yaml_refuse(n, "a confidence is A, B, C or D");
	p->confidence = *s;
	return 0;
}

static int read_dmi(const struct yaml_node *n, struct profile *p)
{
	char *glob = NULL;
	int err = read_text(n, &glob);

	if (!err && list_add_text(&p->dmi, &p->dmi_n, glob))
		err = fail(-ENOMEM, "read profile");
	free(glob);
	return err;
}

/* Each takes one value; of a list, one entry. */
static int (*const readers[])(const struct yaml_node *, struct profile *) = {
	read_provider,
	read_port,
	read_scope,
	read_effect,
	read_errno,
	read_after,
	read_hint,
	read_note,
	read_exemption,
	read_source,
	read_as_of,
	read_confidence,
	read_dmi,
};

_Static_assert(sizeof(readers) / sizeof(readers[0]) + 1 == sizeof(keys) / sizeof(keys[0]),
	"a reader each");

static int read_key(const struct yaml_node *key, const struct yaml_node *value, struct profile *p)
{
	size_t k;
	int err = choice_of(key, &key_choice, &k);

	if (err)
		return err;
	if (!yaml_is_list(value))
		return readers[k](value, p);
	for (size_t i = 0; !err && i < yaml_length(value); i++)
		err = readers[k](yaml_at(value, i, NULL), p);
	return err;
}

/* What must hold between the keys. */
static int check(const struct yaml_node *root, const struct profile *p)
{
	uint64_t port;

	if (!p->provider)
		return yaml_refuse(root, "'provider' is missing: a name for people");
	if (!p->blocked_n != (p->effect == EFFECT_NONE))
		return yaml_refuse(
			root, "'ports' and 'effect' go together: what is blocked, and how");
	if (p->blocked_n && !p->scope)
		return yaml_refuse(root, "'scope' is missing: which addresses, such as public");
	if (p->blocked_n && !p->err)
		return yaml_refuse(root, "'errno' is missing: what a program is told in the end");
	for (unsigned i = 0; i < p->hint_n; i++)
		if (!text_number(p->hint[i], 65535, &port) && profile_blocks(p, port))
			return yaml_refuse(
				root, "'hints' names port %s, which 'ports' blocks", p->hint[i]);
	return 0;
}

static int from_yaml(struct yaml *y, struct profile *p)
{
	struct yaml_node *root = yaml_root(y), *key, *value;
	int err = 0;

	if (!yaml_is_map(root))
		return yaml_refuse(root, "a profile is a list of 'key: value' lines");
	for (size_t i = 0; !err && (value = yaml_at(root, i, &key)); i++)
		err = read_key(key, value, p);
	return err ? err : check(root, p);
}

/* The file's name without directory and ".yaml". */
static char *name_of(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t n = strlen(base);

	return strndup(base, n > 5 && !strcmp(base + n - 5, ".yaml") ? n - 5 : n);
}

static int open_path(const char *path, struct profile **out)
{
	struct profile *p = calloc(1, sizeof(*p));
	struct yaml *y = NULL;
	int err;

	if (!p || !(p->name = name_of(path))) {
		err = fail(-ENOMEM, "read %s", path);
		goto out;
	}
	p->confidence = 'D';
	err = yaml_open(path, &y);
	if (!err)
		err = from_yaml(y, p);
	if (err)
		goto out;
	*out = p;
	p = NULL;
out:
	yaml_close(y);
	profile_free(p);
	return err;
}

static int open_name(const char *name, struct profile **out)
{
	char *path = NULL;
	int err = shelf_path("profiles", name, &path);

	if (!err)
		err = open_path(path, out);
	free(path);
	return err;
}

static int open_here(struct profile **out)
{
	struct profile *p = NULL;
	char **names = NULL;
	size_t n = 0;
	struct dmi d;
	bool found = false;
	int err = profile_list(&names, &n);

	dmi_read(&d);
	for (size_t i = 0; !err && !found && i < n; i++) {
		profile_free(p);
		p = NULL;
		err = open_name(names[i], &p);
		for (size_t k = 0; !err && !found && k < p->dmi_n; k++)
			found = dmi_matches(&d, p->dmi[k]);
	}
	list_free_text(names, n);
	if (!err && !found)
		err = refuse(-ENOENT,
			"'here' is not recognised: this machine calls itself '%s', '%s'; name a profile (smtpfence profiles)",
			d.vendor, d.product);
	if (err) {
		profile_free(p);
		return err;
	}
	note("profile here: %s (this machine calls itself '%s', '%s')", p->name, d.vendor,
		d.product);
	*out = p;
	return 0;
}

int profile_open(const char *name, struct profile **out)
{
	if (!strcmp(name, "here"))
		return open_here(out);
	return strchr(name, '/') ? open_path(name, out) : open_name(name, out);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	free(p->name);
	free(p->provider);
	for (unsigned i = 0; i < p->hint_n; i++)
		free(p->hint[i]);
	free(p->hint_note);
	free(p->exemption);
	free(p->source);
	free(p->as_of);
	list_free_text(p->dmi, p->dmi_n);
	free(p);
}

int profile_list(char ***names, size_t *n)
{
	return shelf_names("profiles", names, n);
}

bool profile_blocks(const struct profile *p, uint16_t port)
{
	for (unsigned i = 0; i < p->blocked_n; i++)
		if (p->blocked[i] == port)
			return true;
	return false;
}

const char *profile_effect_name(uint8_t effect)
{
	return effect < EFFECT_COUNT ? effects[effect] : NULL;
}
