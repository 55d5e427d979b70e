/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Secrets in a command line become "***". */
#include "mask.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MASK "***"
#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
#define ROUNDS 8

enum next {
	NEXT_PLAIN,
	NEXT_SECRET,
	NEXT_PAIR, /* user:password when it has a colon */
};

/* Found anywhere in the name of an option, a variable or a header. */
static const char *const secret_part[] = { "passw", "passphrase", "passcode", "secret", "token",
	"api-key", "apikey", "api_key", "credential" };

/* The whole name. */
static const char *const secret_name[] = { "pass", "pwd", "auth", "authorization",
	"proxy-authorization", "cookie", "subject" };

/* The whole name of an option with one dash: sendmail stand-ins such as swaks and sendemail. */
static const char *const secret_short[] = { "p", "ap", "xp", "pass", "pwd" };

/* Programs whose -s is a subject. */
static const char *const mailers[] = { "mail", "mailx", "bsd-mailx", "s-nail", "heirloom-mailx",
	"mutt", "neomutt" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool is_one_of(const char *s, size_t n, const char *const *names, size_t names_n)
{
	for (size_t i = 0; i < names_n; i++)
		if (strlen(names[i]) == n && !strncasecmp(s, names[i], n))
			return true;
	return false;
}

static bool names_secret(const char *s, size_t n)
{
	if (is_one_of(s, n, secret_name, COUNT(secret_name)))
		return true;
	if (n > 5 && (!strncasecmp(s + n - 5, "-pass", 5) || !strncasecmp(s + n - 5, "_pass", 5)))
		return true;
	for (size_t i = 0; i < COUNT(secret_part); i++) {
		size_t part = strlen(secret_part[i]);

		for (size_t at = 0; at + part <= n; at++)
			if (!strncasecmp(s + at, secret_part[i], part))
				return true;
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void mask_init(struct mask *m, const char *program)
{
	const char *base = base_name(program ? program : "");

	m->next = NEXT_PLAIN;
	m->mailer = is_one_of(base, strlen(base), mailers, COUNT(mailers));
}

/* What an option says of the argument after it. */
static uint8_t next_after(const struct mask *m, const char *s)
{
	if (s[0] != '-' || !s[1] || strchr(s, '='))
		return NEXT_PLAIN;
	if (!strcmp(s, "-u") || !strcmp(s, "--user"))
		return NEXT_PAIR;
	if (s[1] == '-')
		return names_secret(s + 2, strlen(s + 2)) ? NEXT_SECRET : NEXT_PLAIN;
	if (is_one_of(s + 1, strlen(s + 1), secret_short, COUNT(secret_short)) ||
		(m->mailer && !strcmp(s, "-s")))
		return NEXT_SECRET;
	return NEXT_PLAIN;
}

/* '*' is left out so that a masked address is not taken for one. */
static bool is_local_part(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) || (c && strchr("._%+-!#$&^~", c));
}

static bool is_domain(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) || (c && strchr(".-[]:", c));
}

/* End of the user part of a URL whose authority begins at s: its last '@', NULL when it has none. */
static const char *user_part(const char *s)
{
	const char *at = NULL;

	for (; *s && !strchr("/?# \t\"'", *s); s++)
		if (*s == '@')
			at = s;
	return at;
}

/*
 * What to mask at s, behind `from`: *keep is where it begins and the result where it ends. NULL:
 * nothing begins or ends here.
 */
static const char *find_secret(const char *from, const char *s, const char **keep)
{
	size_t name = s > from && strchr("?&;", s[-1]) ? strspn(s, NAME) : 0;

	*keep = s;
	if (name && s[name] == '=' && names_secret(s, name)) { /* of a URL's query */
		*keep = s + name + 1;
		return *keep + strcspn(*keep, "&;# \t\"'");
	}
	if (!strncmp(s, "://", 3)) {
		*keep = s + 3;
		return user_part(s + 3);
	}
	if (*s != '@' || s == from || !is_local_part(s[-1]) || !is_domain(s[1]))
		return NULL;
	while (*keep > from && is_local_part((*keep)[-1]))
		--*keep;
	for (s++; is_domain(*s); s++)
		;
	return s;
}

/* Copies s with passwords in URLs and mail addresses masked. */
static void put_plain(FILE *out, const char *s)
{
	const char *from = s; /* from here on nothing is written yet */

	while (*s) {
		const char *keep, *end = find_secret(from, s, &keep);

		if (!end) {
			s++;
			continue;
		}
		fprintf(out, "%.*s" MASK, (int)(keep - from), from);
		from = s = end;
		if (*s == '@') /* behind the user part of a URL: no address begins here */
			s++;
	}
	fputs(from, out);
}

/* A secret glued to a short option; true when it is dealt with. */
static bool put_glued(const struct mask *m, FILE *out, const char *s)
{
	if (s[0] != '-' || !s[1] || !s[2] || next_after(m, s) != NEXT_PLAIN)
		return false;
	if (s[1] != 'p' && !(m->mailer && s[1] == 's') && !(s[1] == 'u' && strchr(s, ':')))
		return false;
	fprintf(out, "%.2s" MASK, s);
	return true;
}

/* "NAME=value" and "Name: value" for a secret name; true when it is dealt with. */
static bool put_named(FILE *out, const char *s)
{
	size_t dashes = strspn(s, "-");
	size_t name = strspn(s + dashes, NAME);
	const char *mark = s + dashes + name;
	bool header = mark[0] == ':' && mark[1] == ' ';

	if (*mark == '=' && dashes && is_one_of(s + dashes, name, (const char *[]){ "user" }, 1) &&
		strchr(mark, ':')) {
		fprintf(out, "%.*s" MASK, (int)(mark + 1 - s), s);
		return true;
	}
	if ((*mark != '=' && !header) || !names_secret(s + dashes, name))
		return false;
	fprintf(out, "%.*s" MASK, (int)(mark + (header ? 2 : 1) - s), s);
	return true;
}

static char *mask_once(const struct mask *m, const char *s)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	if (!put_named(out, s) && !put_glued(m, out, s))
		put_plain(out, s);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* A mask can uncover a name that makes more of it secret: until nothing changes. */
static char *mask_whole(const struct mask *m, const char *s)
{
	char *text = strdup(s);

	for (int i = 0; text && i < ROUNDS; i++) {
		char *again = mask_once(m, text);
		bool settled = again && !strcmp(again, text);

		free(text);
		text = again;
		if (settled)
			return text;
	}
	if (!text)
		return NULL;
	free(text);
	return strdup(MASK);
}

char *mask_argument(struct mask *m, const char *s)
{
	uint8_t now = m->next;
	char *text;

	m->next = NEXT_PLAIN;
	if (now == NEXT_SECRET || (now == NEXT_PAIR && strchr(s, ':')))
		return strdup(MASK);
	text = mask_whole(m, s);
	if (text)
		m->next = next_after(m, text);
	return text;
}
