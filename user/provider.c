/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one provider does, as its data file says it, key by key (data/profiles/README.md). */
#include "provider.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "address.h"
#include "bpf/fence.h"
#include "choice.h"
#include "list.h"
#include "say.h"
#include "text.h"
#include "yaml.h"

#define UNKNOWN "unknown"

/* Every destination that is another machine. */
#define SCOPE_ANY                                                                                  \
	(1U << CLASS_PUBLIC | 1U << CLASS_PRIVATE | 1U << CLASS_LINK_LOCAL | 1U << CLASS_CGNAT |   \
		1U << CLASS_ULA)

/* Indexed by enum effect, enum family; the last is said of neither. */
static const char *const effects[] = { "none", "drop", "reject", "rate", UNKNOWN, NULL };
static const char *const families[] = { "both", "v4", "v6", UNKNOWN, NULL };
static const char *const hints[] = { "587", "465", "2525", "api", "relay", NULL };

_Static_assert(sizeof(effects) / sizeof(effects[0]) == EFFECT_COUNT + 2, "a name each");
_Static_assert(sizeof(families) / sizeof(families[0]) == FAMILY_COUNT + 2, "a name each");
_Static_assert(sizeof(hints) / sizeof(hints[0]) == PROFILE_HINTS + 1, "room for each");

static const struct choice effect_choice = { "an effect", effects, NULL };
static const struct choice family_choice = { "a family", families, NULL };
static const struct choice errno_choice = { "an error a block may answer", action_errno_names,
	NULL };
static const struct choice hint_choice = { "something to use instead", hints, NULL };

/* Reports show this text as it is: what a terminal would act on is refused here. */
static int read_text(const struct yaml_node *n, char **to)
{
	const char *s = yaml_scalar(n);
	char *copy, *shown;
	int err = 0;

	if (!s || !*s)
		return yaml_refuse(n, "a text is expected here");
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

static int add_text(const struct yaml_node *n, char ***to, size_t *count)
{
	char *text = NULL;
	int err = read_text(n, &text);

	if (!err && list_add_text(to, count, text))
		err = fail(-ENOMEM, "read profile");
	free(text);
	return err;
}

static bool is_name(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

static int read_alias(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);

	if (!s || !is_name(s) || !strcmp(s, "here"))
		return yaml_refuse(n, "an alias is a word of a to z, 0 to 9 and '-', not 'here'");
	for (size_t i = 0; i < p->alias_n; i++)
		if (!strcmp(p->alias[i], s))
			return yaml_refuse(n, "'%s' is here twice", s);
	return add_text(n, &p->alias, &p->alias_n);
}

static int read_port(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);
	uint64_t port;
	unsigned at;

	if (!s || text_number(s, 65535, &port) || !port)
		return yaml_refuse(n, "a port is a number from 1 to 65535");
	for (at = 0; at < p->blocked_n; at++)
		if (p->blocked[at] == port)
			return yaml_refuse(n, "port %s is here twice", s);
	if (p->blocked_n == PROFILE_PORTS)
		return yaml_refuse(n, "more than %d ports", PROFILE_PORTS);
	for (at = p->blocked_n++; at && p->blocked[at - 1] > port; at--)
		p->blocked[at] = p->blocked[at - 1];
	p->blocked[at] = port;
	return 0;
}

static int read_family(const struct yaml_node *n, struct profile *p)
{
	size_t i;
	int err = choice_of(n, &family_choice, &i);

	if (!err)
		p->family = i;
	return err;
}

static int read_scope(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n);
	int class = s ? address_class_from_name(s) : -EINVAL;

	if (s && !strcmp(s, "any"))
		p->scope |= SCOPE_ANY;
	else if (s && !strcmp(s, "not-in-prefixes"))
		p->outside = true;
	else if (class < 0)
		return yaml_refuse(n,
			"a class of addresses is expected here, such as public or private, any or not-in-prefixes");
	else
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

static int read_instead(const struct yaml_node *n, struct profile *p)
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

/* YYYY, YYYY-MM or YYYY-MM-DD */
static int read_as_of(const struct yaml_node *n, struct profile *p)
{
	const char *s = yaml_scalar(n), *shape = "0000-00-00";
	size_t length = s ? strlen(s) : 0;
	bool good = length == 4 || length == 7 || length == 10;

	for (size_t i = 0; good && i < length; i++)
		good = shape[i] == '0' ? isdigit((unsigned char)s[i]) : s[i] == '-';
	if (!good)
		return yaml_refuse(
			n, "a date is expected here, such as 2026, 2026-06 or 2026-06-30");
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
	return add_text(n, &p->dmi, &p->dmi_n);
}

enum need {
	NEED_NO, /* may be missing */
	NEED_ALWAYS,
	NEED_BLOCKS, /* where something is blocked */
};

#define TEXT(member) NULL, offsetof(struct profile, member)

/* By enum provider_key. A reader takes one value; of a list, one entry. */
static const struct {
	const char *name;
	int (*read)(const struct yaml_node *, struct profile *); /* NULL: a text */
	size_t text; /* where it belongs */
	enum need need;
	bool list; /* may be a list */
	bool unknown; /* may be `unknown` */
} key_of[KEY_COUNT] = {
	[KEY_PROVIDER] = { "provider", TEXT(provider), NEED_ALWAYS, false, false },
	[KEY_ALIASES] = { "aliases", read_alias, 0, NEED_NO, true, false },
	[KEY_PORTS] = { "ports", read_port, 0, NEED_ALWAYS, true, false },
	[KEY_FAMILY] = { "family", read_family, 0, NEED_ALWAYS, false, true },
	[KEY_SCOPE] = { "scope", read_scope, 0, NEED_ALWAYS, true, true },
	[KEY_EFFECT] = { "effect", read_effect, 0, NEED_ALWAYS, false, true },
	[KEY_ERRNO] = { "errno", read_errno, 0, NEED_BLOCKS, false, true },
	[KEY_AFTER] = { "after", read_after, 0, NEED_BLOCKS, false, true },
	[KEY_RATE] = { "rate", TEXT(rate), NEED_NO, false, true },
	[KEY_WHO] = { "who", TEXT(who), NEED_ALWAYS, false, true },
	[KEY_INSTEAD] = { "instead", read_instead, 0, NEED_ALWAYS, true, true },
	[KEY_RELAY] = { "relay", TEXT(relay), NEED_NO, false, false },
	[KEY_NOTE] = { "note", TEXT(hint_note), NEED_NO, false, false },
	[KEY_EXEMPTION] = { "exemption", TEXT(exemption), NEED_ALWAYS, false, true },
	[KEY_SOURCE] = { "source", TEXT(source), NEED_ALWAYS, false, true },
	[KEY_AS_OF] = { "as-of", read_as_of, 0, NEED_ALWAYS, false, true },
	[KEY_CONFIDENCE] = { "confidence", read_confidence, 0, NEED_ALWAYS, false, false },
	[KEY_DMI] = { "dmi", read_dmi, 0, NEED_NO, true, false },
};

const char *provider_key_name(enum provider_key key)
{
	return key_of[key].name;
}

const char *provider_effect_name(uint8_t effect)
{
	return effect < EFFECT_COUNT ? effects[effect] : NULL;
}

const char *provider_family_name(uint8_t family)
{
	return family < FAMILY_COUNT ? families[family] : NULL;
}

static int key_from_name(const struct yaml_node *n, size_t *key)
{
	const char *names[KEY_COUNT + 1] = { NULL };

	for (size_t i = 0; i < KEY_COUNT; i++)
		names[i] = key_of[i].name;
	return choice_of(n, &(struct choice){ "a key of a profile", names, NULL }, key);
}

static int read_key(const struct yaml_node *key, const struct yaml_node *value, struct profile *p,
	uint32_t *seen)
{
	const char *s = yaml_scalar(value);
	size_t k;
	int err = key_from_name(key, &k);

	if (err)
		return err;
	*seen |= 1U << k;
	if (s && key_of[k].unknown && !strcmp(s, UNKNOWN)) {
		p->unknown |= 1U << k;
		return 0;
	}
	if ((k == KEY_PORTS || k == KEY_SCOPE) && s && !strcmp(s, "none"))
		return 0;
	if (!key_of[k].read)
		return read_text(value, (char **)((char *)p + key_of[k].text));
	if (!key_of[k].list || !yaml_is_list(value))
		return key_of[k].read(value, p);
	if (!yaml_length(value))
		return yaml_refuse(value, "an empty list says nothing: leave '%s' out, or say %s",
			key_of[k].name, key_of[k].unknown ? UNKNOWN : "none");
	for (size_t i = 0; !err && i < yaml_length(value); i++)
		err = key_of[k].read(yaml_at(value, i, NULL), p);
	return err;
}

/* What is taken where the source does not say: the safer reading for who rehearses a move. */
static void settle(struct profile *p)
{
	if (p->unknown >> KEY_SCOPE & 1)
		p->scope = 1U << CLASS_PUBLIC;
	else if (p->outside && !p->scope)
		p->scope = SCOPE_ANY;
	if (p->unknown >> KEY_EFFECT & 1)
		p->effect = p->blocked_n ? EFFECT_DROP : EFFECT_NONE;
	if (p->unknown >> KEY_ERRNO & 1)
		p->err = ETIMEDOUT;
	if (p->effect != EFFECT_RATE)
		return;
	memcpy(p->slowed, p->blocked, sizeof(p->slowed));
	p->slowed_n = p->blocked_n;
	p->blocked_n = 0;
}

static int check_instead(const struct yaml_node *root, const struct profile *p)
{
	uint64_t port;
	bool relay = false;

	for (unsigned i = 0; i < p->hint_n; i++) {
		relay |= !strcmp(p->hint[i], "relay");
		for (unsigned k = 0; k < p->blocked_n; k++)
			if (!text_number(p->hint[i], 65535, &port) && p->blocked[k] == port)
				return yaml_refuse(root,
					"'instead' names port %s, which 'ports' blocks",
					p->hint[i]);
	}
	if (relay != !!p->relay)
		return yaml_refuse(
			root, "'instead: relay' and 'relay' go together: which one, on what port");
	return 0;
}

/* What must hold between the keys. */
static int check(const struct yaml_node *root, const struct profile *p, uint32_t seen)
{
	for (size_t k = 0; k < KEY_COUNT; k++)
		if (!(seen >> k & 1) && (key_of[k].need == NEED_ALWAYS ||
						(key_of[k].need == NEED_BLOCKS && p->blocked_n)))
			return yaml_refuse(root, "'%s' is missing%s", key_of[k].name,
				key_of[k].unknown ? "; what the source does not say is 'unknown'"
						  : "");
	if (!(p->blocked_n + p->slowed_n) != (p->effect == EFFECT_NONE))
		return yaml_refuse(
			root, "'ports' and 'effect' go together: what is blocked, and how");
	if (p->blocked_n && !p->scope)
		return yaml_refuse(root, "'ports' and 'scope' go together: to which addresses");
	if (!(seen >> KEY_RATE & 1) != (p->effect != EFFECT_RATE))
		return yaml_refuse(root, "'effect: rate' and 'rate' go together: how slow it gets");
	return check_instead(root, p);
}

int provider_read(struct yaml *y, struct profile *p)
{
	struct yaml_node *root = yaml_root(y), *key, *value;
	uint32_t seen = 0;
	int err = 0;

	if (!yaml_is_map(root))
		return yaml_refuse(root, "a profile is a list of 'key: value' lines");
	for (size_t i = 0; !err && (value = yaml_at(root, i, &key)); i++)
		err = read_key(key, value, p, &seen);
	if (err)
		return err;
	settle(p);
	return check(root, p, seen);
}

void provider_clear(struct profile *p)
{
	free(p->name);
	free(p->provider);
	list_free_text(p->alias, p->alias_n);
	free(p->rate);
	free(p->who);
	for (unsigned i = 0; i < p->hint_n; i++)
		free(p->hint[i]);
	free(p->relay);
	free(p->hint_note);
	free(p->exemption);
	free(p->source);
	free(p->as_of);
	list_free_text(p->dmi, p->dmi_n);
}
